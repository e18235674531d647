using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>A set of workloads and requests that two policies treat differently.</summary>
internal sealed record DifferenceJson(string Kind, string Workloads, string Requests, string? Rule, WitnessJson Witness)
{
    public static DifferenceJson Of(Difference difference) => new(
        difference.Kind switch
        {
            DifferenceKind.Access => "access",
            DifferenceKind.Fields => "fields",
            _ => "quiet",
        },
        difference.Workloads,
        difference.Requests,
        difference.Rule,
        WitnessJson.Of(difference.Witness));
}
