namespace ImdsProxy.LoadTests.Comparing;

/// <summary>The longest answers while the policy stayed and while it changed every second, in microseconds, one for each turn.</summary>
/// <param name="Quiet">While it stayed.</param>
/// <param name="Reloading">While it changed.</param>
/// <param name="Loaded">Policies that came into force meanwhile.</param>
internal sealed record ReloadFigures(IReadOnlyList<double> Quiet, IReadOnlyList<double> Reloading, int Loaded);
