using System.Text;
using ImdsProxy.LoadTests.Comparing;

namespace ImdsProxy.LoadTests.Report;

/// <summary>Renders the report of a soak.</summary>
internal static class SoakReport
{
    // After the first tenth, the proxy has compiled and connected. Memory beyond that point is growth.
    private const int Warm = 10;
    private const double MostGrowth = 1.1;

    public static string Render(MachineFacts machine, IReadOnlyList<SoakFigures> states)
    {
        var (warm, end) = (states[Math.Max(1, states.Count / Warm)], states[^1]);
        var text = new StringBuilder($"# Soak, {machine.Date}, {states.Count - 1} minutes\n");
        foreach (var line in machine.Lines)
        {
            text.Append($"- {line}\n");
        }

        text.Append($"\nTen requests in turns on 8 connections: six for one token, two for the instance document, one denied, one malformed. A new policy each minute. Memory at the end {end.Megabytes / warm.Megabytes:0.00} × that after the first tenth: {(end.Megabytes <= warm.Megabytes * MostGrowth ? "flat" : "**it grows**")}; handles {states[0].Handles} when ready, {warm.Handles} then, {end.Handles} at the end.\n\n")
            .Append("| minute | requests | RSS, MB | handles | p50 µs | p99 µs | requests/s |\n|---|---|---|---|---|---|---|\n");
        foreach (var (minute, state) in states.Index())
        {
            text.Append($"| {minute} | {state.Requests:n0} | {state.Megabytes:0.0} | {state.Handles} | {state.Figures?.P50:0} | {state.Figures?.P99:0} | {state.Figures?.PerSecond:n0} |\n");
        }

        return text.ToString();
    }
}
