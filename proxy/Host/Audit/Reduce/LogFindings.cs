using System.Collections.Immutable;
using ImdsProxy.Core.Demands;

namespace ImdsProxy.Audit.Reduce;

/// <summary>What a log demands, and what of it could not be read.</summary>
/// <param name="Table">The demands.</param>
/// <param name="Unread">The parts that could not be read, by path.</param>
/// <param name="NotRecords">The number of lines that are not records, incomplete ones included.</param>
/// <param name="Clusters">The names of the clusters that wrote the records.</param>
internal sealed record LogFindings(DemandTable Table, ImmutableArray<UnreadSource> Unread, long NotRecords, ImmutableSortedSet<string> Clusters)
{
    /// <summary>Whether the answer rests on a part of the log only.</summary>
    public bool IsPartial => !Unread.IsEmpty || NotRecords > 0 || Newer > 0;

    /// <summary>The number of records that this version does not understand.</summary>
    public long Newer => Table.NotJudged.GetValueOrDefault(NotJudged.UnknownRecord);
}
