using System.Net;

namespace ImdsProxy.FunctionalTests.Workbench.Replay;

/// <summary>A pod of the replay: one of the pods of a workload, at a loopback address of its own.</summary>
internal sealed record ReplayPod(IPAddress Address, string Namespace, string Name, string ServiceAccount, string? Owner, string Tier)
{
    private const int PodsOfNamespace = 6;

    private static readonly string[] Namespaces = ["shop", "logging", "team-a", "team-b", "kube-system", "batch", "data", "infra"];

    /// <summary>Three pods for each of 16 workloads. Pods of a workload differ in their labels.</summary>
    public static IReadOnlyList<ReplayPod> All { get; } =
    [
        .. Enumerable.Range(0, Namespaces.Length * PodsOfNamespace).Select(static at => Of(at, Namespaces[at / PodsOfNamespace], at % 2 == 0 ? "app" : "agent", at % PodsOfNamespace / 2)),
    ];

    /// <summary>All pods as a callers file.</summary>
    public static string CallersFile => $$"""{"pods":[{{string.Join(',', All.Select(static pod => pod.Entry))}}]}""";

    // The agents of one namespace have no owner, as pods that somebody starts by hand.
    private static ReplayPod Of(int number, string ns, string account, int pod) => new(
        new IPAddress([127, 0, 2, (byte)(10 + number)]), ns, $"{account}-{pod}", account, account == "agent" && ns == "batch" ? null : $"Deployment/{account}", pod == 0 ? "gold" : "plain");

    private string Entry => $$"""
        {"ip":"{{Address}}","namespace":"{{Namespace}}","name":"{{Name}}","uid":"uid-{{Namespace}}-{{Name}}","serviceAccount":"{{ServiceAccount}}",
         "labels":{"app":"{{ServiceAccount}}","tier":"{{Tier}}"}{{(Owner is null ? "" : $",\"owner\":\"{Owner}\"")}}}
        """;
}
