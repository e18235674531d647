using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands;

/// <summary>The records behind a result: the nodes and days that they cover, and the gaps.</summary>
/// <param name="From">The first line in the time range, or null without any line.</param>
/// <param name="To">The last line in the time range, or null without any line.</param>
/// <param name="Nodes">The names of the nodes, sorted.</param>
/// <param name="Days">The number of days (UTC) of which there is a line.</param>
/// <param name="Gaps">The gaps, by node and time.</param>
public sealed record Coverage(DateTimeOffset? From, DateTimeOffset? To, ImmutableArray<string> Nodes, int Days, ImmutableArray<CoverageGap> Gaps)
{
    /// <summary>The number of gaps that are not listed, because there are too many.</summary>
    public int MoreGaps { get; init; }
}
