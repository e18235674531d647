using System.Collections.Immutable;
using ImdsProxy.FakeImds;

namespace ImdsProxy.Commands.Demo;

/// <summary>The demo's story: the attack that ImdsProxy stops, and the workloads that must keep working.</summary>
internal static class TourScript
{
    private const string Instance = "/metadata/instance?api-version=2021-02-01";
    private const string Arm = "https://management.azure.com";
    private const string Kusto = "https://api.kusto.windows.net";
    private const string Vault = "https://vault.azure.net";

    // Rule names in policy.example.json.
    private const string Probes = "istio-probes";
    private const string Guard = "kubelet-identity-is-for-kube-system";
    private const string Shipping = "fluent-bit-to-adx";
    private const string KubeSystem = "kube-system-uses-the-kubelet-identity";

    // The rule that the suggestion adds.
    private const string Suggested = "payments-billing";

    public static ImmutableArray<TourScene> Of(DemoNode node) =>
        [Instances(node), Kubelet(node), Everything(node), FluentBit(node), Pinned, Sidecar, Autoscaler(node), Billing(node)];

    /// <summary>The same requests once the policy is enforced: the attack, and the workloads.</summary>
    public static ImmutableArray<TourScene> Again(DemoNode node)
    {
        var steps = Of(node).SelectMany(static scene => scene.Steps).ToLookup(static step => step.Pod == DemoCast.Web);
        return
        [
            new("The same attacker in the same pod", "Nothing is given out. The error names the pod, its request and the reason; SDKs show it.", [.. steps[true]]),
            new("The workloads go on, billing with its new rule", "Fluent Bit need not name an identity: its rule does. The sidecar works without an answer.", [.. steps[false]]),
        ];
    }

    /// <summary>The requests that the workloads send each day.</summary>
    public static ImmutableArray<TourStep> DayOfWork(DemoNode node) =>
        [.. new[] { FluentBit(node), Sidecar, Autoscaler(node), Billing(node) }.SelectMany(static scene => scene.Steps)];

    private static TourScene Instances(DemoNode node) => new(
        $"An attacker gets into {DemoCast.Web}",
        "The attacker runs commands in a pod of the web shop and first finds out where the pod runs.",
        [
            new(DemoCast.Web, "the instance document", Instance, Expectation.WouldDenyBy(Probes), Expectation.DeniedBy(Probes))
            {
                Reveals = ("aks-managed-kubeletIdentityClientID", node.Kubelet.ClientId),
            },
        ]);

    private static TourScene Kubelet(DemoNode node) => new(
        "…and asks for the kubelet's token for Azure Resource Manager",
        "That token can create and delete virtual machines. Its rule is enforced in audit mode too.",
        [
            new(DemoCast.Web, "ARM token, kubelet by client_id", Token(Arm, "client_id", node.Kubelet.ClientId), Expectation.DeniedBy(Guard), Expectation.DeniedBy(Guard))
            {
                ShowsDenial = true,
            },
        ]);

    private static TourScene Everything(DemoNode node) => new(
        "…and then for every identity on the node, by each of its ids",
        "Client ids, object ids and resource ids are not secrets: they appear in templates and logs.",
        [
            .. ByEachName(node.Kubelet, "kubelet", Expectation.DeniedBy(Guard), Expectation.DeniedBy(Guard)).Skip(1),
            new(DemoCast.Web, "ARM token, no identity named", Token(Arm), Expectation.DeniedBy(Guard), Expectation.Denied),
            .. ByEachName(node.AdxIngest, "adx-ingest", Expectation.WouldDeny, Expectation.Denied),
            .. ByEachName(node.AzurePolicy, "azurepolicy", Expectation.WouldDeny, Expectation.Denied),
        ]);

    private static TourScene FluentBit(DemoNode node) => Steady(
        $"{DemoCast.FluentBit} ships logs to Azure Data Explorer",
        "Its rule allows one identity and one resource.",
        new(DemoCast.FluentBit, "Kusto token, adx-ingest by client_id", Token(Kusto, "client_id", node.AdxIngest.ClientId), Expectation.AllowedBy(Shipping), Expectation.AllowedBy(Shipping)));

    private static TourScene Pinned => new(
        $"{DemoCast.FluentBit} asks without naming an identity",
        "IMDS picks the node's first identity, the kubelet's, which this pod must not use.",
        [new(DemoCast.FluentBit, "Kusto token, no identity named", Token(Kusto), Expectation.DeniedBy(Guard), Expectation.AllowedBy(Shipping))]);

    private static TourScene Sidecar => new(
        $"{DemoCast.Reviews} has an Istio sidecar that nobody thought of",
        "Sidecars ask IMDS where they run. Nobody had documented that, but the audit log shows it.",
        [new(DemoCast.Reviews, "the instance document", "/metadata/instance?api-version=2021-12-13", Expectation.WouldDenyBy(Probes), Expectation.DeniedBy(Probes))]);

    private static TourScene Autoscaler(DemoNode node) => Steady(
        $"{DemoCast.Autoscaler} scales the cluster",
        "kube-system may use the kubelet's identity, for Azure Resource Manager only.",
        new(DemoCast.Autoscaler, "ARM token, kubelet by client_id", Token(Arm, "client_id", node.Kubelet.ClientId), Expectation.AllowedBy(KubeSystem), Expectation.AllowedBy(KubeSystem)));

    private static TourScene Billing(DemoNode node) => new(
        $"{DemoCast.Billing} reads its secrets from Key Vault",
        "It has done so each day, and nobody has written a rule for it. Enforced now, the policy would break it.",
        [new(DemoCast.Billing, "vault token, its own by msi_res_id", Token(Vault, "msi_res_id", node.BillingVault.ResourceId), Expectation.WouldDeny, Expectation.AllowedBy(Suggested))]);

    private static TourScene Steady(string title, string said, TourStep step) => new(title, said, [step]);

    private static IEnumerable<TourStep> ByEachName(FakeIdentity identity, string name, Expectation inAudit, Expectation enforced) =>
        new[] { ("client_id", identity.ClientId), ("object_id", identity.ObjectId), ("msi_res_id", identity.ResourceId) }
            .Select(selector => new TourStep(DemoCast.Web, $"ARM token, {name} by {selector.Item1}", Token(Arm, selector.Item1, selector.Item2), inAudit, enforced) { Group = $"ARM token, {name}" });

    private static string Token(string resource) =>
        $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(resource)}";

    private static string Token(string resource, string selector, string value) => $"{Token(resource)}&{selector}={value}";
}
