using System.Collections.Immutable;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Core.Demands;

/// <summary>The requests of a demand that ended in the same way.</summary>
/// <param name="Verdict">The recorded verdict.</param>
/// <param name="Outcome">What came back.</param>
/// <param name="Requests">The number of requests in the time range.</param>
/// <param name="Last">The last one.</param>
/// <param name="PerDay">The requests of each day that had any, in the order of the days (UTC).</param>
/// <param name="Labels">The requests by the labels of their pods.</param>
public sealed record DemandPart(
    Verdict Verdict,
    DemandOutcome Outcome,
    long Requests,
    DateTimeOffset Last,
    ImmutableArray<DayCount> PerDay,
    ImmutableArray<LabelCount> Labels)
{
    /// <summary>Whether the caller got IMDS's answer.</summary>
    public bool IsLetThrough => Outcome is DemandOutcome.Answered or DemandOutcome.Refused;

    /// <summary>Whether the answer carried a credential that was not requested or not allowed.</summary>
    public bool IsMismatch { get; init; }

    /// <summary>Whether a deny rule of the policy in force closed a request, or would have in audit mode.</summary>
    public bool IsOfDenyRule { get; init; }
}
