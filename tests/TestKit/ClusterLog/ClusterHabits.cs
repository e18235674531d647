using System.Collections.Immutable;
using System.Globalization;

namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>The callers of a cluster as they are known from the field, with their habits, and one attacker.</summary>
public static class ClusterHabits
{
    /// <summary>The kubelet's identity, with which IMDS answers requests that name none.</summary>
    public const string Kubelet = "e5dbcd30-9b3d-4041-b791-ac23f9038175";

    /// <summary>The policy in force: audit mode, and a rule that keeps the kubelet's identity for kube-system.</summary>
    public const string Policy = $$"""
        { "version": 1, "mode": "audit",
          "identities": { "kubelet": { "clientId": "{{Kubelet}}" } },
          "rules": [ { "name": "kubelet-is-for-kube-system", "workloads": [ {} ], "except": [ { "namespaces": ["kube-system"] } ],
            "deny": [ { "path": "/metadata/identity/oauth2/token", "identities": ["kubelet"] } ] } ] }
        """;

    private const string Arm = "https://management.azure.com/";
    private const string Vault = "https://vault.azure.net";
    private const string Storage = "https://storage.azure.com";
    private const string Kusto = "https://api.kusto.windows.net";
    private const string Instance = "/metadata/instance";
    private const string AttackedNamespace = "team-00";
    private const string Stolen = "external-dns";
    private const string Unused = "backup";
    private const int FewestTeams = 6;

    // A week before the end. What begins then is too new for a credential.
    private const int AttackBeforeEnd = 5;

    // The namespaces that are not those of a team.
    private const int OtherNamespaces = 12;

    /// <summary>All habits of a cluster.</summary>
    public static ImmutableArray<ClusterHabit> Of(ClusterLogSize size)
    {
        ArgumentNullException.ThrowIfNull(size);
        return
        [
            .. KubeSystem(size), .. AddOns(), .. Agents(), .. OnPurpose(size),
            .. Enumerable.Range(0, Math.Max(FewestTeams, size.Namespaces - OtherNamespaces)).SelectMany(team => Team(team, size)),
            .. Attacker(size.Days - AttackBeforeEnd),
        ];
    }

    private static IEnumerable<ClusterHabit> KubeSystem(ClusterLogSize size) =>
    [
        Token("kube-system", "cluster-autoscaler", Arm, Kubelet, ClusterHabit.Allow) with { Replicas = 1, Agent = "Go-http-client/1.1" },
        Token("kube-system", "ama-logs", "https://monitor.azure.com/", Kubelet, ClusterHabit.Allow, isNameless: true) with { OwnerKind = "DaemonSet", Every = TimeSpan.FromHours(4) },
        new("kube-system", "termination-handler", $"{Instance}/compute/name?api-version=2019-08-01&format=text", ClusterHabit.Allow) { OwnerKind = "DaemonSet", Every = TimeSpan.FromHours(12), Agent = "termination-handler/2.1" },
        new("kube-system", "termination-handler", "/metadata/scheduledevents?api-version=2019-08-01", ClusterHabit.Allow) { OwnerKind = "DaemonSet", Every = size.Poll, Agent = "termination-handler/2.1" },
        new("kube-system", "ingress-appgw", "/metadata/identity/oauth2/token", "probe") { IsProbe = true, Status = 400, Replicas = 1 },
        Token("kube-system", "ingress-appgw", Arm, IdOf("ingress-appgw"), ClusterHabit.Allow) with { Replicas = 1 },
    ];

    private static IEnumerable<ClusterHabit> AddOns() =>
    [
        Token("flux-system", "source-controller", Arm, IdOf("flux"), ClusterHabit.Allow) with { Replicas = 1, Agent = "azsdk-go-azidentity/v1.8" },
        // The attacker uses its identity too, so a person must decide whose it is.
        Token("dns", "external-dns", Arm, IdOf(Stolen), "node-identity") with { Replicas = 1, Agent = "azsdk-go-azidentity/v1.8" },
        Token("cert-manager", "cert-manager", Arm, IdOf("cert-manager"), ClusterHabit.Allow) with { Replicas = 1, Agent = "azsdk-go-azidentity/v1.8" },
        Token("monitoring", "prometheus", Arm, IdOf("prometheus"), ClusterHabit.Allow) with { Replicas = 2, Agent = "azsdk-go-azidentity/v1.8", Every = TimeSpan.FromHours(1) },
        Token("policy", "azure-policy", Arm, IdOf("azurepolicy"), ClusterHabit.Allow) with { Replicas = 1 },
        Token("logging", "fluent-bit", Kusto, IdOf("adx-ingest"), ClusterHabit.Allow) with { OwnerKind = "DaemonSet", Every = TimeSpan.FromHours(4), Agent = "Fluent-Bit" },
    ];

    private static IEnumerable<ClusterHabit> Agents() =>
    [
        .. new[] { "compute/vmId", "compute/resourceGroupName", "compute", "network/interface/0/ipv4/ipAddress/0/publicIpAddress" }.Select(static path =>
            new ClusterHabit("datadog", "datadog-agent", $"{Instance}/{path}?api-version=2021-02-01", ClusterHabit.Allow) { OwnerKind = "DaemonSet", Every = TimeSpan.FromHours(6), Agent = "Datadog Agent/7.60" }),
        .. new[] { ("GET", "/latest/meta-data/instance-id", 404), ("PUT", "/latest/api/token", 405), ("GET", "/computeMetadata/v1/instance/id", 404) }.Select(static asked =>
            new ClusterHabit("finops", "cost-agent", asked.Item2, ClusterHabit.QuietDeny) { Method = asked.Item1, Status = asked.Item3, OwnerKind = "DaemonSet", Every = TimeSpan.FromHours(12), Agent = "cost-agent/3" }),
    ];

    // What is left out although nobody means harm.
    private static IEnumerable<ClusterHabit> OnPurpose(ClusterLogSize size) =>
    [
        new("batch", "drainer", "/metadata/scheduledevents?api-version=2019-08-01", "approves-events") { Method = "POST", Replicas = 1, Agent = "drainer/1" },
        new("confidential", "attester", "/metadata/attested/document?api-version=2020-09-01", "attested") { Replicas = 1, Agent = "curl/8.14.1" },
        Token("tools", "legacy", Vault, IdOf("legacy"), "unknown-parameter") with { Target = $"{TokenTarget(Vault)}&client_id={IdOf("legacy")}&authority=x", Replicas = 1 },
        Token("tools", "newcomer", Vault, IdOf("newcomer"), "too-new") with { Replicas = 1, FirstDay = size.Days - 3 },
        Token("finance", "monthly-close", Storage, IdOf("monthly-close"), "too-rare") with { OwnerKind = "CronJob", FirstDay = 10, DaysBetweenRuns = size.Days },
        Token("finance", "nameless", Arm, Kubelet, "denied-by-rule", isNameless: true) with { Replicas = 2 },
    ];

    private static IEnumerable<ClusterHabit> Team(int number, ClusterLogSize size)
    {
        var ns = $"team-{number.ToString("00", CultureInfo.InvariantCulture)}";
        var identity = $"{ns}-api";
        var resource = (number % 3) switch { 0 => Vault, 1 => Storage, _ => "https://database.windows.net/" };
        yield return number % 4 == 3
            ? Token(ns, "api", resource, IdOf(identity), ClusterHabit.Allow) with { Target = $"{TokenTarget(resource)}&msi_res_id={Uri.EscapeDataString(ResourceId(identity))}" }
            : Token(ns, "api", resource, IdOf(identity), ClusterHabit.Allow);

        // Every other team is in the mesh, whose sidecar asks with the pod's service account.
        if (number % 2 == 0)
        {
            yield return new(ns, "api", Instance, ClusterHabit.QuietDeny) { Agent = "istio-proxy/1.24", Status = 400, Every = TimeSpan.FromHours(24) };
            yield return new(ns, "api", $"{Instance}?api-version=2021-12-13", ClusterHabit.QuietDeny) { Agent = "istio-proxy/1.24", Every = TimeSpan.FromHours(24) };
        }

        // The same account with the same need in many namespaces becomes one rule.
        yield return new(ns, "collector", $"{Instance}/compute?api-version=2020-09-01&format=json", ClusterHabit.Allow) { Agent = "otel-collector/0.115", Replicas = 1 };
        yield return Token(ns, "report", Storage, IdOf($"{ns}-report"), ClusterHabit.Allow) with { OwnerKind = "CronJob", DaysBetweenRuns = number % 5 == 0 ? 7 : 1, EndDay = size.Days };
    }

    // The attacker is in one pod of a team's API, and asks for every identity that is named somewhere.
    private static IEnumerable<ClusterHabit> Attacker(int day)
    {
        ClusterHabit[] thefts =
        [
            Token(AttackedNamespace, "api", Arm, Kubelet, "denied-by-rule", isNameless: true),
            Token(AttackedNamespace, "api", Arm, IdOf(Stolen), "node-identity"),
            Token(AttackedNamespace, "api", Arm, IdOf(Unused), "late"),
            Token(AttackedNamespace, "api", Arm, IdOf($"{AttackedNamespace}-api"), "late"),
            new(AttackedNamespace, "api", $"{Instance}/compute/tagsList?api-version=2021-02-01", "few-pods"),
        ];
        return thefts.Select(theft => theft with { OnlyReplica = 0, FirstDay = day, Every = TimeSpan.FromHours(6), Agent = "curl/8.14.1" });
    }

    private static ClusterHabit Token(string ns, string serviceAccount, string resource, string clientId, string expected, bool isNameless = false) =>
        new(ns, serviceAccount, isNameless ? TokenTarget(resource) : $"{TokenTarget(resource)}&client_id={clientId}", expected) { ClientId = clientId, Resource = resource };

    private static string TokenTarget(string resource) => $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(resource)}";

    private static string ResourceId(string identity) =>
        $"/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/identities/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}";

    private static string IdOf(string identity) => new Guid(StableNumber.Of(identity), 0x4000, unchecked((short)0x8000), 0, 0, 0, 0, 0, 0, 0, 1).ToString();
}
