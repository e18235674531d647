namespace ImdsProxy.LoadTests.Comparing;

/// <summary>The slowest response of each turn in microseconds, with an unchanged policy and with one that changed every second.</summary>
/// <param name="Quiet">The turns with an unchanged policy.</param>
/// <param name="Reloading">The turns with a changing policy.</param>
/// <param name="Loaded">The number of policies that came into force during the measurement.</param>
internal sealed record ReloadFigures(IReadOnlyList<double> Quiet, IReadOnlyList<double> Reloading, int Loaded);
