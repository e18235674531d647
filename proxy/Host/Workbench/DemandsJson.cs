namespace ImdsProxy.Workbench;

/// <summary>The result of <c>audit stats --by demand</c>.</summary>
internal sealed record DemandsJson(CoverageJson Coverage, IReadOnlyList<DemandJson> Demands);
