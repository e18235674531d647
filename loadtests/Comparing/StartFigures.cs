namespace ImdsProxy.LoadTests.Comparing;

/// <summary>One start of the proxy.</summary>
/// <param name="Ready">From its start until it was ready.</param>
/// <param name="First">What the first request took.</param>
/// <param name="Slowest">What the slowest of the first 100 took.</param>
/// <param name="IdleMegabytes">Its resident memory when it was ready, in MB.</param>
internal sealed record StartFigures(TimeSpan Ready, TimeSpan First, TimeSpan Slowest, double IdleMegabytes)
{
    public override string ToString() =>
        $"ready after {Ready.TotalMilliseconds:0} ms, first request {First.TotalMilliseconds:0.0} ms, slowest of 100 {Slowest.TotalMilliseconds:0.0} ms, {IdleMegabytes:0.0} MB";
}
