namespace ImdsProxy.LoadTests.Report;

/// <summary>The bars of one colour.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Values">The values by group; null for no bar.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<double?> Values);
