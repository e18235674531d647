using ImdsProxy.LoadTests.Measuring;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>What the proxy holds at a moment of a soak.</summary>
/// <param name="Requests">Requests it has had.</param>
/// <param name="Megabytes">Its resident memory, in MB.</param>
/// <param name="Handles">Its open file descriptors.</param>
/// <param name="Figures">Of the turn that has just ended; null before the first.</param>
internal sealed record SoakFigures(long Requests, double Megabytes, int Handles, Figures? Figures)
{
    public override string ToString() =>
        $"{Requests:n0} requests, {Megabytes:0.0} MB, {Handles} handles{(Figures is null ? "" : $", p50 {Figures.P50:0} µs, p99 {Figures.P99:0} µs, {Figures.PerSecond:n0}/s")}";
}
