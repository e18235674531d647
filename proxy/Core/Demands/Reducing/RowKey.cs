using ImdsProxy.Core.Audit;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The properties that the requests of a row share: the demand, the answer and the outcome.</summary>
internal readonly record struct RowKey(DemandKey Demand, DemandAnswer? Answer, Verdict Verdict, DemandOutcome Outcome)
{
    /// <summary>
    /// The order in which rows are kept, smallest first: answered ones before all others, so that paths of a pod's own choice
    /// cannot displace them. IMDS ignores query keys that it does not know, so a pod can get any number of such requests answered.
    /// </summary>
    public ulong Rank => ((ulong)Class << 62) | (DemandId.HashOf(this) >> 2);

    private int Class =>
        Outcome is DemandOutcome.Refused or DemandOutcome.Denied ? 2
        : Demand.ExtraNames.Length > 0 || Demand.IsCut || Demand.IsProbe ? 1
        : 0;
}
