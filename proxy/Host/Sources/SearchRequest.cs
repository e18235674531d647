using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Sources;

/// <summary>The lines to find.</summary>
/// <param name="Question">The conditions and the time range.</param>
/// <param name="First">The most lines to deliver, or null for all.</param>
/// <param name="Last">Deliver only this many of the latest lines, or null.</param>
/// <param name="Follow">Whether to go on with new lines. Without <paramref name="Last"/>, earlier lines are left out.</param>
internal sealed record SearchRequest(AuditQuestion Question, long? First = null, int? Last = null, bool Follow = false);
