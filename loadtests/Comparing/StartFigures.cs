namespace ImdsProxy.LoadTests.Comparing;

/// <summary>The measurements of one start of the proxy.</summary>
/// <param name="Ready">The time from the start until it was ready.</param>
/// <param name="First">The time of the first request.</param>
/// <param name="Slowest">The time of the slowest of the first 100 requests.</param>
/// <param name="IdleMegabytes">The resident memory when it was ready, in MB.</param>
internal sealed record StartFigures(TimeSpan Ready, TimeSpan First, TimeSpan Slowest, double IdleMegabytes)
{
    public override string ToString() =>
        $"ready after {Ready.TotalMilliseconds:0} ms, first request {First.TotalMilliseconds:0.0} ms, slowest of 100 {Slowest.TotalMilliseconds:0.0} ms, {IdleMegabytes:0.0} MB";
}
