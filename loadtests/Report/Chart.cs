namespace ImdsProxy.LoadTests.Report;

/// <summary>What a chart of grouped bars shows.</summary>
/// <param name="Title">Above it.</param>
/// <param name="Unit">On the axis.</param>
/// <param name="Groups">Below the bars.</param>
/// <param name="Series">One colour each.</param>
internal sealed record Chart(string Title, string Unit, IReadOnlyList<string> Groups, IReadOnlyList<ChartSeries> Series);
