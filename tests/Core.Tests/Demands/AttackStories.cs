using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Tests.Policy;

namespace ImdsProxy.Core.Tests.Demands;

/// <summary>An attack in a month of audit mode: what happens, what may be proposed, and what is left out for which reason.</summary>
internal sealed record AttackStory(string Name, Action<SampleLog> Play, ImmutableArray<string> Proposed, ImmutableArray<string> LeftOut)
{
    public PolicyDocument? Base { get; init; }

    public override string ToString() => Name;
}

/// <summary>The stories. In each, Fluent Bit does its daily work beside the attacker.</summary>
internal static class AttackStories
{
    private const string Instance = "/metadata/instance/compute/location";

    private static readonly Core.Callers.Caller.Pod Web = SampleLog.Pod("shop", "web");

    public static ImmutableArray<AttackStory> All { get; } =
    [
        // One pod steals six tokens in an hour of the last day, by every name that it knows.
        new("demo", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, Web, Want.Location);
            var proxy = new SampleProxy(SampleProxy.Nothing, log);
            foreach (var target in new[] { Want.Token(Want.Arm), Want.Token(Want.Vault), Want.Kubelet(), Want.Kubelet(Want.Vault), Want.Nameless(), Want.Nameless(Want.Arm) })
            {
                proxy.Serve(SampleLog.Day(29.5), Web, target);
            }
        },
        [$"logging/fluent-bit {Scene.Token}", $"shop/web {Instance}"],
        ["shop/web: NodeIdentity", "shop/web: Late"]),

        // One of four pods is compromised from the first day on.
        new("few-pods", static log =>
        {
            Work(log);
            for (var pod = 0; pod < 4; pod++)
            {
                PolicySuggestionTests.Daily(log, SampleLog.Pod("shop", "web", pod.ToString(CultureInfo.InvariantCulture)), Want.Location);
            }

            PolicySuggestionTests.Daily(log, SampleLog.Pod("shop", "web", "3"), Want.Nameless());
        },
        [$"logging/fluent-bit {Scene.Token}", $"shop/web {Instance}"],
        ["shop/web: FewPods"]),

        // A deny rule closes each request of the month, and the policy is not given as the base.
        new("denied all along", static log =>
        {
            Work(log);
            var guard = new PolicyRule("guard", null, PolicyMode.Enforce, [Cluster.Anyone], [], [], [Cluster.Deny(Scene.Token)]);
            var proxy = new SampleProxy(Cluster.Document(PolicyMode.Enforce, guard), log);
            for (var day = 0; day < 30; day++)
            {
                proxy.Serve(SampleLog.Day(day), Web, Want.Token(Want.Vault));
            }
        },
        [$"logging/fluent-bit {Scene.Token}"],
        ["shop/web: DeniedByRule"]),

        // The intruder comes on the tenth day, into all pods, and stays.
        new("late", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, Web, Want.Location);
            PolicySuggestionTests.Daily(log, Web, Want.Nameless(), first: 10);
        },
        [$"logging/fluent-bit {Scene.Token}", $"shop/web {Instance}"],
        ["shop/web: Late"]),

        // The intruder knows the identity of the workload, and asks for another resource with it.
        new("late resource", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, SampleLog.Pod("logging", "fluent-bit"), Want.Ingest(Want.Arm), first: 10);
        },
        [$"logging/fluent-bit {Scene.Token}"],
        ["logging/fluent-bit: Late"]),

        // Asking without a selector gives the identity of the node.
        new("node-identity", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, Web, Want.Token(Want.Arm));
        },
        [$"logging/fluent-bit {Scene.Token}"],
        ["shop/web: NodeIdentity"]),

        // The identity of another namespace, by its client id. Nobody can tell which of the two owns it.
        new("identity of another namespace", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, Web, Want.Ingest());
        },
        [],
        ["logging/fluent-bit: NodeIdentity", "shop/web: NodeIdentity"]),

        // The base says for whom the kubelet's identity is.
        new("guarded identity", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, Web, Want.Token(Want.Arm));
            PolicySuggestionTests.Daily(log, SampleLog.Pod("kube-system", "autoscaler"), Want.Token(Want.Arm));
        },
        [$"logging/fluent-bit {Scene.Token}", $"kube-system/autoscaler {Scene.Token}"],
        ["shop/web: DeniedByRule"])
        {
            Base = Cluster.Document(PolicyMode.Audit, new PolicyRule(
                "guard", null, PolicyMode.Enforce, [Cluster.Anyone], [Cluster.Namespace("kube-system")], [], [Cluster.Deny(Scene.Token) with { Identities = ["kubelet"] }])),
        },

        // A deny for one namespace tells nothing about the others.
        new("guard of another namespace", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, Web, Want.Token(Want.Arm));
        },
        [$"logging/fluent-bit {Scene.Token}"],
        ["shop/web: NodeIdentity"])
        {
            Base = Cluster.Document(PolicyMode.Audit, new PolicyRule(
                "guard", null, PolicyMode.Enforce, [Cluster.Namespace("dev")], [], [], [Cluster.Deny(Scene.Token) with { Identities = ["kubelet"] }])),
        },

        // A flood of paths of the same workload must not fold what it needs.
        new("flood", static log =>
        {
            Work(log);
            PolicySuggestionTests.Daily(log, Web, Want.Location);
            var proxy = new SampleProxy(SampleProxy.Nothing, log);
            for (var i = 0; i < 3000; i++)
            {
                proxy.Serve(SampleLog.Day(20), Web, string.Create(CultureInfo.InvariantCulture, $"/metadata/instance/{i}?api-version=1&{i}=1"));
            }
        },
        [$"logging/fluent-bit {Scene.Token}", $"shop/web {Instance}"],
        ["shop/web: UnknownParameter", "shop/web: Folded"]),
    ];

    private static void Work(SampleLog log) => PolicySuggestionTests.Daily(log, SampleLog.Pod("logging", "fluent-bit"), Want.Ingest());
}
