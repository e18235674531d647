namespace ImdsProxy.LoadTests.Measuring;

/// <summary>The measurements of one run of the generator, with times in microseconds.</summary>
/// <param name="P50">The median response time.</param>
/// <param name="P99">The 99th percentile of response times.</param>
/// <param name="Longest">The longest response time.</param>
/// <param name="Requests">The number of requests that were answered.</param>
/// <param name="PerSecond">The responses per second.</param>
internal sealed record Figures(double P50, double P99, double Longest, long Requests, double PerSecond)
{
    /// <summary>
    /// The peer's processor time per request in microseconds, system calls included. Other load on the machine affects it
    /// least.
    /// </summary>
    public double Processor { get; init; }

    /// <summary>The number of requests that reached IMDS per answered request.</summary>
    public double Upstream { get; init; }
}
