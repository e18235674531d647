namespace ImdsProxy.LoadTests.Measuring;

/// <summary>What one run of the generator measured; times in microseconds.</summary>
/// <param name="P50">The median of the answers' times.</param>
/// <param name="P99">What 99 of 100 answers took at most.</param>
/// <param name="Longest">The longest answer.</param>
/// <param name="Requests">How many were answered.</param>
/// <param name="PerSecond">Answers a second.</param>
internal sealed record Figures(double P50, double P99, double Longest, long Requests, double PerSecond)
{
    /// <summary>The peer's processor time for a request, its system calls included, in microseconds: what else the machine does changes it least.</summary>
    public double Processor { get; init; }

    /// <summary>Requests that reached IMDS for each that was answered.</summary>
    public double Upstream { get; init; }
}
