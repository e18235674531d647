using System.Text;
using ImdsProxy.LoadTests.Comparing;

namespace ImdsProxy.LoadTests.Report;

/// <summary>Writes a run's report and charts.</summary>
internal static class ReportFiles
{
    /// <summary>
    /// Writes <c>DATE.md</c> and its charts, and prints the table of targets. The file name contains the plan's name
    /// unless it is the full plan.
    /// </summary>
    public static async Task<string> WriteAsync(string directory, RunResults results)
    {
        Directory.CreateDirectory(directory);
        var name = results.Plan == RunPlan.Full ? results.Machine.Date : $"{results.Machine.Date}-{results.Plan.Name}";
        List<(string, string)> charts = [];
        foreach (var (suffix, chart) in Charts.Of(results.Samples))
        {
            charts.Add(($"{name}-{suffix}.svg", chart.Title));
            await File.WriteAllTextAsync(Path.Combine(directory, $"{name}-{suffix}.svg"), BarChart.Render(chart));
        }

        await File.WriteAllTextAsync(Path.Combine(directory, $"{name}.md"), Markdown.Render(results, charts));
        var targets = new StringBuilder();
        Markdown.Targets(targets, Targets.Of(results));
        return targets.ToString();
    }
}
