namespace ImdsProxy.Core.Demands;

/// <summary>Records that are missing.</summary>
/// <param name="Node">The node, or an empty text if the records name none.</param>
/// <param name="Kind">Why they are missing.</param>
/// <param name="From">The start of the gap.</param>
/// <param name="To">The end of the gap.</param>
/// <param name="Lines">The number of missing lines, or 0 if it is unknown.</param>
public sealed record CoverageGap(string Node, GapKind Kind, DateTimeOffset From, DateTimeOffset To, long Lines);
