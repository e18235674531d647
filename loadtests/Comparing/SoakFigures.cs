using ImdsProxy.LoadTests.Measuring;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>The resources that the proxy holds at one point of a soak.</summary>
/// <param name="Requests">The number of requests it has served.</param>
/// <param name="Megabytes">The resident memory, in MB.</param>
/// <param name="Handles">The number of open file descriptors.</param>
/// <param name="Figures">The figures of the turn that has just ended; null before the first.</param>
internal sealed record SoakFigures(long Requests, double Megabytes, int Handles, Figures? Figures)
{
    public override string ToString() =>
        $"{Requests:n0} requests, {Megabytes:0.0} MB, {Handles} handles{(Figures is null ? "" : $", p50 {Figures.P50:0} µs, p99 {Figures.P99:0} µs, {Figures.PerSecond:n0}/s")}";
}
