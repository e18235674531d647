namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>Requests that a suggestion leaves out.</summary>
/// <param name="Demand">The demand, or null for requests that are no demand: those of unknown callers and those that were folded.</param>
/// <param name="Reason">Why.</param>
/// <param name="Requests">The number of requests.</param>
public sealed record LeftOut(Demand? Demand, LeftOutReason Reason, long Requests)
{
    /// <summary>The workload whose demands were folded, or null.</summary>
    public DemandWorkload? Workload { get; init; }

    /// <summary>When the demand is old enough, or null if age is not the reason.</summary>
    public DateTimeOffset? Eligible { get; init; }

    /// <summary>The rule of the base policy that decides, or null.</summary>
    public string? Rule { get; init; }

    /// <summary>What makes the reason true for this demand, as a clause, or null if the reason says it all.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether <see cref="SuggestOptions.Accept"/> can put the demand in.</summary>
    public bool IsAcceptable { get; init; }
}
