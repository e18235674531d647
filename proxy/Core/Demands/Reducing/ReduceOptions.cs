using System.Collections.Immutable;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The requests that a reducer counts. All reducers of one log have the same options.</summary>
public sealed record ReduceOptions
{
    /// <summary>The start of the time range, or null. Pass earlier records too: they show when a demand was first seen.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The end of the time range, or null.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>
    /// Selects the requests that are counted, or null for all. Must have no time range. All lines count for the coverage. A filter
    /// makes reducing slower, because each line is parsed.
    /// </summary>
    public AuditQuery? Filter { get; init; }

    /// <summary>The labels that the policies of interest name (<see cref="PolicyLabels.Of"/>). Other labels are not kept.</summary>
    public ImmutableSortedSet<string> LabelKeys { get; init; } = [];

    /// <summary>Whether the reducers see all lines of each chain. If not, missing sequence numbers mean nothing.</summary>
    public bool SeesWholeChains { get; init; } = true;

    /// <summary>The most rows that are kept for one workload, from 16. A demand has a row for each way in which its requests ended.</summary>
    public int MaxRowsPerWorkload { get; init; } = 1024;
}
