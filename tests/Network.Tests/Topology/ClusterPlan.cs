using System.Text;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>The connections between the namespaces of a cluster, as input for <c>ip -batch</c>.</summary>
internal static class ClusterPlan
{
    /// <summary>The node forwards packets, answers ARP for the pods' gateway, and has its own reverse path filter switched off.</summary>
    public static readonly string[] NodeSettings =
    [
        "net.ipv4.ip_forward=1",
        "net.ipv4.conf.all.rp_filter=0",
        .. new[] { "azv1", "azv2", "azv3", "eth0", "eth1" }.Select(i => $"net.ipv4.conf.{i}.rp_filter=0"),
        .. new[] { "azv1", "azv2", "azv3" }.Select(i => $"net.ipv4.conf.{i}.proxy_arp=1"),
        // Otherwise the ARP reply is delayed by up to 0.8 s.
        .. new[] { "azv1", "azv2", "azv3" }.Select(i => $"net.ipv4.neigh.{i}.proxy_delay=0"),
    ];

    // The gateway that Azure CNI gives to pods. No interface has this address; the node answers for it.
    private const string PodGateway = "169.254.1.1";

    public static string Spaces(IEnumerable<NetworkSpace> spaces) => Lines(spaces.Select(s => $"netns add {s.Name}"));

    public static string Links(NetworkSpace space, Cluster cluster) => space != cluster.Node
        ? Lines([])
        : Lines(
        [
            .. cluster.Pods.Select((pod, i) => $"link add azv{i + 1} type veth peer name eth0 netns {pod.Name}"),
            $"link add eth0 type veth peer name eth0 netns {cluster.ImdsHost.Name}",
            $"link add eth1 type veth peer name eth0 netns {cluster.OtherNode.Name}",
        ]);

    public static string Addresses(NetworkSpace space, Cluster cluster) => Lines(space switch
    {
        _ when space == cluster.Node => Node(cluster),
        _ when space == cluster.OtherNode => OtherNode(space),
        _ when space == cluster.ImdsHost => Imds(),
        _ => Pod(space),
    });

    private static IEnumerable<string> Node(Cluster cluster) =>
    [
        "link set lo up", "link set eth0 up", "link set eth1 up",
        $"addr add {Cluster.NodeIp}/24 dev eth0",
        "addr add 10.2.0.4/24 dev eth1",
        // The node answers ARP for the pods' gateway only if it has a route to it through another interface.
        "route add default via 10.1.0.254 dev eth0",
        $"route add {Cluster.Imds} dev eth0",
        $"route add {Cluster.WireServer} dev eth0",
        .. cluster.Pods.SelectMany((pod, i) => new[] { $"link set azv{i + 1} up", $"route add {pod.Address}/32 dev azv{i + 1}" }),
    ];

    private static IEnumerable<string> Pod(NetworkSpace pod) =>
    [
        "link set lo up", "link set eth0 up",
        $"addr add {pod.Address}/32 dev eth0",
        $"route add {PodGateway} dev eth0",
        $"route add default via {PodGateway} dev eth0",
    ];

    private static IEnumerable<string> OtherNode(NetworkSpace other) =>
    [
        "link set lo up", "link set eth0 up",
        $"addr add {other.Address}/24 dev eth0",
        "route add default via 10.2.0.4 dev eth0",
    ];

    private static IEnumerable<string> Imds() =>
    [
        "link set lo up", "link set eth0 up",
        "addr add 10.1.0.254/24 dev eth0",
        $"addr add {Cluster.Imds}/32 dev eth0",
        $"addr add {Cluster.WireServer}/32 dev eth0",
        $"route add default via {Cluster.NodeIp} dev eth0",
    ];

    private static string Lines(IEnumerable<string> lines) => lines.Aggregate(new StringBuilder(), (b, l) => b.Append(l).Append('\n')).ToString();
}
