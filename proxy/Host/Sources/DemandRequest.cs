using System.Collections.Immutable;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Demands.Reducing;

namespace ImdsProxy.Sources;

/// <summary>The demands of interest.</summary>
/// <param name="Question">The conditions and the time range of the requests to count.</param>
/// <param name="LabelKeys">The labels that the policies name.</param>
internal sealed record DemandRequest(AuditQuestion Question, ImmutableSortedSet<string> LabelKeys)
{
    /// <summary>The options of a reducer for this request. It must receive all lines: the first request of each demand counts whatever the time range.</summary>
    /// <param name="seesWholeChains">Whether the reducer receives all lines of each chain.</param>
    public ReduceOptions Options(bool seesWholeChains)
    {
        var filter = Question.OfAllTimes.Compile();
        return new ReduceOptions
        {
            Since = Question.Since,
            Until = Question.Until,
            Filter = filter.SelectsAll ? null : filter,
            LabelKeys = LabelKeys,
            SeesWholeChains = seesWholeChains,
        };
    }
}
