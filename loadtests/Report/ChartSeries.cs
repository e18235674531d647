namespace ImdsProxy.LoadTests.Report;

/// <summary>The bars of one colour.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Values">By group; null for no bar.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<double?> Values);
