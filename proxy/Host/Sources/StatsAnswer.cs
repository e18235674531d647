using ImdsProxy.Audit.Search;

namespace ImdsProxy.Sources;

/// <summary>The groups of a count.</summary>
/// <param name="Rows">The groups, in the order of <see cref="AuditStats.Groups"/>.</param>
/// <param name="End">What is missing.</param>
internal sealed record StatsAnswer(IReadOnlyList<StatsRow> Rows, SourceEnd End);
