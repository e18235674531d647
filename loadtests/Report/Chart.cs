namespace ImdsProxy.LoadTests.Report;

/// <summary>A chart of grouped bars.</summary>
/// <param name="Title">The title above the chart.</param>
/// <param name="Unit">The unit on the axis.</param>
/// <param name="Groups">The labels below the groups.</param>
/// <param name="Series">The series, each in one colour.</param>
internal sealed record Chart(string Title, string Unit, IReadOnlyList<string> Groups, IReadOnlyList<ChartSeries> Series);
