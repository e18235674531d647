using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Sources;

/// <summary>The lines to count.</summary>
/// <param name="Question">The conditions and the time range.</param>
/// <param name="By">The fields to group by.</param>
/// <param name="Most">The most groups to return.</param>
internal sealed record StatsRequest(AuditQuestion Question, StatsKey By, int Most);
