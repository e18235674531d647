using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>A small cluster for policy decisions: pods, identities, and the answers that IMDS would give.</summary>
internal static class Cluster
{
    public const string KubeletId = "e5dbcd30-9b3d-4041-b791-ac23f9038175";
    public const string IngestId = "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6";

    /// <summary>An identity without an alias.</summary>
    public const string NamelessId = "aaaaaaaa-0000-4000-8000-00000000000f";

    public static readonly IdentityAlias Kubelet = new(
        "kubelet", KubeletId, "0c5e7f8a-3d4b-4f6e-8a21-9b7d6c5e4f30", ResourceId("aks-agentpool"));

    public static readonly IdentityAlias Ingest = new(
        "adx-ingest", IngestId, "b62ac7a4-999d-4dd9-8696-5b91e9b0e6d1", ResourceId("adx-ingest"));

    public static readonly IdentityAlias Nameless = new(
        "", NamelessId, "bbbbbbbb-0000-4000-8000-00000000000f", ResourceId("nameless"));

    public static readonly Caller FluentBit = Pod("logging", "fluent-bit");
    public static readonly Caller Web = Pod("shop", "web");
    public static readonly Caller Autoscaler = Pod("kube-system", "autoscaler");
    public static readonly Caller Infected = Pod("infected", "miner");

    public static readonly ImmutableArray<Caller> Pods = [FluentBit, Web, Autoscaler, Infected];

    public static readonly ImmutableArray<Caller> Callers = [.. Pods, Caller.Unknown.Instance, Caller.Ambiguous.Instance, Caller.Node.Instance];

    public static PolicyDocument Document(PolicyMode mode, params PolicyRule[] rules) => new(mode, [], [Kubelet, Ingest], [.. rules], "0123456789ab");

    public static PolicyRule Rule(string name, AllowPermission[] allow, DenyPermission[] deny, PolicyMode? mode = null, WorkloadMatch? workload = null) =>
        new(name, null, mode, [workload ?? Anyone], [], [.. allow], [.. deny]);

    public static WorkloadMatch Anyone { get; } = new(default, default, default, default);

    public static WorkloadMatch Namespace(string name) => new([name], default, default, default);

    public static AllowPermission Allow(string path, params string[] methods) =>
        new(PathPattern.Of(path), methods is [] ? ["GET"] : [.. methods], ["*"], ["*"], []);

    public static DenyPermission Deny(string? path = null) => new(path is null ? null : PathPattern.Of(path), default, default, default, Quiet: false);

    /// <summary>A rule that allows every caller everything.</summary>
    public static PolicyRule Everything { get; } = Rule(
        "everything",
        [
            Allow("/metadata/**"), Allow("/metadata/identity/oauth2/token"), Allow("/metadata/identity/issuecredential", "POST"), Allow("/metadata/attested/document"),
            Allow("/metadata/scheduledevents", "GET", "POST"), Allow("/latest/meta-data"), Allow("/acc/tdquote"),
        ],
        []);

    /// <summary>IMDS's answer to a credential request: the identity that the request names, or the node's first identity if it names none.</summary>
    public static CredentialAnswer AnswerTo(ImdsRequest request)
    {
        var identity = request.Selector is { } selector
            ? new[] { Kubelet, Ingest, Nameless }.Single(one => Names(one).Contains(selector.Value, StringComparer.OrdinalIgnoreCase))
            : Kubelet;
        return new CredentialAnswer(identity.ClientId, request.Endpoint.Kind == EndpointKind.Token ? request.Resource : null);
    }

    /// <summary>Whether the caller receives anything from IMDS in the end.</summary>
    public static bool LetsThrough(PolicySnapshot policy, Caller caller, string method, string target)
    {
        if (ImdsRequestParser.ParseTarget(method, target).Request is not { } request)
        {
            return false;
        }

        return policy.Decide(caller, request) is Permit
            && (!request.Endpoint.IssuesCredential || policy.DecideAnswer(caller, request, AnswerTo(request)) is Permit);
    }

    public static ImdsRequest Request(string target, string method = "GET") =>
        ImdsRequestParser.ParseTarget(method, target).Request ?? throw new ArgumentException($"'{target}' is malformed", nameof(target));

    private static string[] Names(IdentityAlias identity) => [identity.ClientId, identity.ObjectId!, identity.ResourceId!];

    private static Caller.Pod Pod(string ns, string account) =>
        new(new PodIdentity(ns, $"{account}-0", $"uid-{account}", account, $"DaemonSet/{account}", [new("app", account)]));

    private static string ResourceId(string name) =>
        $"/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}";
}
