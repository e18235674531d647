using ImdsProxy.TestKit;

namespace ImdsProxy.LoadTests.Topology;

/// <summary>
/// A pod, its node, and IMDS at its real address, each in its own network namespace and connected as in Azure CNI: a veth
/// pair and a /32 route for the pod, proxy ARP on the node's side, no bridge. The measured peer runs on the node.
/// </summary>
internal sealed class NodeTopology : IAsyncDisposable
{
    public const string Imds = "169.254.169.254";
    public const string NodeIp = "10.1.0.4";
    public const string PodIp = "10.244.0.11";

    private readonly Reaper _reaper;

    private NodeTopology(string id, string directory)
    {
        Directory = directory;
        Pod = new NetworkSpace($"{id}-pod", PodIp);
        Node = new NetworkSpace($"{id}-node", NodeIp);
        ImdsHost = new NetworkSpace($"{id}-imds", Imds);
        _reaper = new Reaper(directory, [Pod.Name, Node.Name, ImdsHost.Name]);
    }

    /// <summary>The namespace that sends the load.</summary>
    public NetworkSpace Pod { get; }

    /// <summary>The namespace in which the peers run.</summary>
    public NetworkSpace Node { get; }

    public NetworkSpace ImdsHost { get; }

    /// <summary>The directory for this run's files, on a disk. It is deleted with everything else.</summary>
    public string Directory { get; }

    /// <param name="under">A directory on a disk, because an audit log in memory would cost nothing.</param>
    public static async Task<NodeTopology> CreateAsync(string under)
    {
        var id = $"ipl{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 4))}";
        var directory = System.IO.Directory.CreateDirectory(Path.GetFullPath(Path.Combine(under, id))).FullName;
        var topology = new NodeTopology(id, directory);
        try
        {
            await TopologyPlan.BuildAsync(topology);
            return topology;
        }
        catch
        {
            await topology.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Redirects the pod's requests for IMDS to a port on the node, or lets them through. All peers get the same plain
    /// rule, so that each has the same path. <c>imds-proxy redirect apply</c> would add guards that block the path
    /// without a proxy.
    /// </summary>
    /// <param name="port">The peer's port, or null to let requests through.</param>
    public Task InterceptAsync(int? port) => Node.FeedAsync(
        $"""
        *nat
        :PREROUTING ACCEPT [0:0]
        {(port is { } to ? $"-A PREROUTING -d {Imds}/32 -p tcp --dport 80 -j DNAT --to-destination {NodeIp}:{to}" : "")}
        COMMIT

        """,
        "iptables-restore");

    public ValueTask DisposeAsync() => _reaper.DisposeAsync();
}
