using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>What a policy would change. All numbers count requests.</summary>
/// <param name="Revision">The policy's revision.</param>
/// <param name="Against">The revision of the policy that it is compared with, or null for what was recorded.</param>
/// <param name="Unchanged">The requests that would end as they did.</param>
/// <param name="WouldBreak">The requests that were answered and would be denied.</param>
/// <param name="WouldOpen">The requests that were denied and would be answered.</param>
/// <param name="NotJudged">The requests that could not be judged, including requests that are not demands.</param>
/// <param name="Items">The changes and the demands that were not judged: breaks first, most requests first.</param>
/// <param name="Others">The requests that are no demands of the table, by cause. They are part of <paramref name="NotJudged"/>.</param>
public sealed record SimulationResult(
    string Revision,
    string? Against,
    long Unchanged,
    long WouldBreak,
    long WouldOpen,
    long NotJudged,
    ImmutableArray<SimulationItem> Items,
    ImmutableSortedDictionary<NotJudged, long> Others)
{
    /// <summary>The part of all requests that could not be judged, from 0 to 1.</summary>
    public double NotJudgedShare => NotJudged == 0 ? 0 : (double)NotJudged / (Unchanged + WouldBreak + WouldOpen + NotJudged);
}
