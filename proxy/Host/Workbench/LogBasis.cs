using System.Collections.Immutable;
using ImdsProxy.Core.Demands;

namespace ImdsProxy.Workbench;

/// <summary>The records behind an answer, and their gaps.</summary>
/// <param name="Coverage">The nodes and days, with their gaps.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="Unread">The sources that could not be read, with the reason.</param>
/// <param name="NotRecords">The number of lines that are not records.</param>
/// <param name="Newer">The number of records that this version does not understand.</param>
internal sealed record LogBasis(Coverage Coverage, long Requests, ImmutableArray<(string Path, string Message)> Unread, long NotRecords, long Newer);
