namespace ImdsProxy.LoadTests.Topology;

/// <summary>The connections between the namespaces, as input for <c>ip -batch</c>, and their kernel settings.</summary>
internal static class TopologyPlan
{
    // The gateway that Azure CNI gives to pods. No interface has this address; the node answers for it.
    private const string PodGateway = "169.254.1.1";
    private const string ImdsHostIp = "10.1.0.254";

    private static readonly string[] NodeSettings =
    [
        "net.ipv4.ip_forward=1",
        "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.azv1.rp_filter=0", "net.ipv4.conf.eth0.rp_filter=0",
        "net.ipv4.conf.azv1.proxy_arp=1",
        // Otherwise the ARP reply is delayed by up to 0.8 s.
        "net.ipv4.neigh.azv1.proxy_delay=0",
        // With a connection per request, each leaves a tracked entry. Two minutes of them would fill the table.
        "net.netfilter.nf_conntrack_tcp_timeout_time_wait=1",
    ];

    public static async Task BuildAsync(NodeTopology topology)
    {
        await BatchAsync(["ip", "-batch", "-"], [$"netns add {topology.Pod.Name}", $"netns add {topology.Node.Name}", $"netns add {topology.ImdsHost.Name}"]);
        await InAsync(topology.Node, [$"link add azv1 type veth peer name eth0 netns {topology.Pod.Name}", $"link add eth0 type veth peer name eth0 netns {topology.ImdsHost.Name}"]);
        await InAsync(topology.Node, Node());
        await InAsync(topology.Pod, Pod());
        await InAsync(topology.ImdsHost, ImdsHost());

        // Connection tracking starts with the first rule, and its settings exist only from then on.
        await topology.InterceptAsync(null);
        await topology.Node.MustAsync(["sysctl", "-qw", .. NodeSettings]);
        await topology.Pod.MustAsync("sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535");
    }

    private static IEnumerable<string> Node() =>
    [
        "link set lo up", "link set eth0 up", "link set azv1 up",
        $"addr add {NodeTopology.NodeIp}/24 dev eth0",
        // The node answers ARP for the pods' gateway only if it has a route to it through another interface.
        $"route add default via {ImdsHostIp} dev eth0",
        $"route add {NodeTopology.Imds} dev eth0",
        $"route add {NodeTopology.PodIp}/32 dev azv1",
    ];

    private static IEnumerable<string> Pod() =>
    [
        "link set lo up", "link set eth0 up",
        $"addr add {NodeTopology.PodIp}/32 dev eth0",
        $"route add {PodGateway} dev eth0",
        $"route add default via {PodGateway} dev eth0",
    ];

    private static IEnumerable<string> ImdsHost() =>
    [
        "link set lo up", "link set eth0 up",
        $"addr add {ImdsHostIp}/24 dev eth0",
        $"addr add {NodeTopology.Imds}/32 dev eth0",
        $"route add default via {NodeTopology.NodeIp} dev eth0",
    ];

    private static Task<string> InAsync(NetworkSpace space, IEnumerable<string> lines) => BatchAsync(["ip", "-n", space.Name, "-batch", "-"], lines);

    private static Task<string> BatchAsync(string[] command, IEnumerable<string> lines) => Programs.MustAsync(command, string.Join('\n', lines) + "\n");
}
