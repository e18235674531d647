namespace ImdsProxy.LoadTests.Serving;

/// <summary>What one run of wrk measured; times in microseconds.</summary>
/// <param name="P50">The median of the answers' times.</param>
/// <param name="P99">What 99 of 100 answers took at most.</param>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="Processor">The proxy's processor time an answer, which other work on the machine changes least.</param>
internal sealed record WrkResult(double P50, double P99, double PerSecond, double Processor);
