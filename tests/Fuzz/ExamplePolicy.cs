using System.Collections.Immutable;
using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Fuzz;

/// <summary>A policy that uses every feature, and callers of every kind.</summary>
internal static class ExamplePolicy
{
    public const string Ingest = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";
    public const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    public const string Kusto = "https://api.kusto.windows.net";

    public static Caller FluentBit { get; } = Pod("logging", "fluent-bit");

    public static ImmutableArray<Caller> Callers { get; } =
    [
        FluentBit, Pod("kube-system", "autoscaler"), Pod("shop", "web"), Pod("tried", "web"),
        Caller.Node.Instance, Caller.Unknown.Instance, Caller.Ambiguous.Instance,
    ];

    public static PolicyLoad Load { get; } = PolicyLoader.Load(Encoding.UTF8.GetBytes($$$"""
        {"version":1,"mode":"enforce","auditOnly":[{"namespaces":["tried"]}],
         "identities":{"ingest":{"clientId":"{{{Ingest}}}","objectId":"b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1","resourceId":"/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ingest"},"kubelet":{"clientId":"{{{Kubelet}}}"}},
         "rules":[
          {"name":"fluent-bit","workloads":[{"namespaces":["logging","tried"]}],"allow":[
            {"path":"/metadata/identity/oauth2/token","identities":["ingest"],"resources":["{{{Kusto}}}"],"asIdentity":"ingest"},
            {"path":"/metadata/instance/compute/location"}]},
          {"name":"kube-system","workloads":[{"namespaces":["kube-system"]}],"allow":[
            {"path":"/metadata/identity/oauth2/token","identities":["*"],"resources":["*"],"extraQuery":["authority"]},
            {"path":"/metadata/identity/issuecredential","methods":["POST"],"identities":["kubelet"],"resources":["*"]},
            {"path":"/metadata/instance/**","redact":["compute.tags"]},{"path":"/latest/meta-data"}]},
          {"name":"guard","mode":"enforce","workloads":[{}],"except":[{"namespaces":["kube-system"]}],"deny":[{"identities":["kubelet"]}]},
          {"name":"quiet","workloads":[{}],"deny":[{"path":"/metadata/instance","quiet":true}]}]}
        """));

    public static PolicyDocument Document { get; } = Load.Document ?? throw new InvalidOperationException("the policy has an error");

    public static PolicySnapshot Snapshot { get; } = PolicySnapshot.Compile(Document);

    private static Caller.Pod Pod(string ns, string serviceAccount) =>
        new(new PodIdentity(ns, serviceAccount + "-0", "uid-" + ns, serviceAccount, null, []));
}
