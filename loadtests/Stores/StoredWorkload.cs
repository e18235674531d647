using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>A workload of the generated fleet: 200 in 60 namespaces, among them those of which the documents speak.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name, which its service account has too.</param>
/// <param name="Kind">The kind of its owner.</param>
/// <param name="Identity">The managed identity that the policy gives it.</param>
/// <param name="ClientId">The identity's client id.</param>
/// <param name="Resource">The resource of its tokens.</param>
internal sealed record StoredWorkload(string Namespace, string Name, string Kind, string Identity, string ClientId, string Resource)
{
    private const int PodsOfANode = 30;
    private const int Namespaces = 60;
    private const int Workloads = 200;
    private const int Identities = 40;
    private const string Arm = "https://management.azure.com/";

    private static readonly string[] Resources = [Arm, "https://vault.azure.net", "https://storage.azure.com/", "https://database.windows.net/"];

    // The first is on every node.
    private static readonly StoredWorkload[] All =
    [
        new("logging", "fluent-bit", "DaemonSet", "adx-ingest", "2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "https://api.kusto.windows.net"),
        new("kube-system", "cluster-autoscaler", "Deployment", "kubelet", "e5dbcd30-9b3d-4041-b791-ac23f9038175", Arm),
        new("shop", "web", "Deployment", "web", Id(0), "https://vault.azure.net"),
        .. Enumerable.Range(3, Workloads - 3).Select(static n => new StoredWorkload(Text($"team-{n % (Namespaces - 3):d2}"), Text($"service-{n:d3}"), "Deployment", Text($"identity-{n % Identities:d2}"), Id(1 + (n % Identities)), Resources[n % Resources.Length])),
    ];

    /// <summary>The pods of a node.</summary>
    public static IEnumerable<StoredPod> PodsOf(StoredNode node, int number) => Enumerable.Range(number * PodsOfANode, PodsOfANode).Select(pod =>
    {
        var slot = pod % PodsOfANode;
        var workload = All[slot == 0 ? 0 : 1 + (pod * 7919L % (Workloads - 1))];
        return new StoredPod(node, workload, workload.Pod(pod), new IPAddress([10, 244, (byte)number, (byte)(slot + 4)]));
    });

    private Caller.Pod Pod(int number)
    {
        // The same in each run, and as random as the names and ids that Kubernetes gives: they determine how well lines compress.
        var uid = new byte[16];
        new Random(number).NextBytes(uid);
        var suffix = Convert.ToHexStringLower(uid.AsSpan(0, 3))[1..];
        var name = Kind == "DaemonSet" ? Text($"{Name}-{suffix}") : Text($"{Name}-7d9c6b5f4-{suffix}");
        return new(new PodIdentity(Namespace, name, new Guid(uid).ToString(), Name, $"{Kind}/{Name}", [new("app", Name), new("pod-template-hash", "7d9c6b5f4")]));
    }

    private static string Id(int number) => new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).ToString();

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
