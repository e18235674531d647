namespace ImdsProxy.LoadTests.Serving;

/// <summary>The measurements of one run of wrk, with times in microseconds.</summary>
/// <param name="P50">The median response time.</param>
/// <param name="P99">The 99th percentile of response times.</param>
/// <param name="PerSecond">The responses per second.</param>
/// <param name="Processor">The proxy's processor time per response. Other load on the machine affects it least.</param>
internal sealed record WrkResult(double P50, double P99, double PerSecond, double Processor);
