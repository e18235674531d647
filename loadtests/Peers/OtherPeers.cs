using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>Starts the peers other than ImdsProxy, each as a process on the node.</summary>
internal static class OtherPeers
{
    public const string Nginx = "nginx";
    public const string Haproxy = "HAProxy";
    public const string Yarp = "bare YARP";
    public const string Kestrel = "bare Kestrel";

    // The ports in nginx.conf and haproxy.cfg.
    private const int NginxPort = 8081;
    private const int HaproxyPort = 8082;
    private const int YarpPort = 8083;
    private const int KestrelPort = 8084;

    private static readonly string Configurations = Path.Combine(AppContext.BaseDirectory, "Peers");

    public static Task<Peer> StartNginxAsync(NodeTopology topology)
    {
        var prefix = Directory.CreateDirectory(Path.Combine(topology.Directory, "nginx")).FullName;
        return StartAsync(topology, Nginx, NginxPort, ["nginx", "-p", prefix, "-c", Path.Combine(Configurations, "nginx.conf")]);
    }

    public static Task<Peer> StartHaproxyAsync(NodeTopology topology) =>
        StartAsync(topology, Haproxy, HaproxyPort, ["haproxy", "-db", "-q", "-f", Path.Combine(Configurations, "haproxy.cfg")]);

    public static Task<Peer> StartYarpAsync(NodeTopology topology) => StartAsync(
        topology,
        Yarp,
        YarpPort,
        [.. YarpForwarder.DefaultEnvironment, .. OwnProgram.Command("yarp-forwarder", $"{NodeTopology.NodeIp}:{YarpPort}", $"http://{NodeTopology.Imds}")]);

    public static Task<Peer> StartKestrelAsync(NodeTopology topology) => StartAsync(
        topology,
        Kestrel,
        KestrelPort,
        OwnProgram.Command("kestrel-answerer", $"{NodeTopology.NodeIp}:{KestrelPort}"));

    private static async Task<Peer> StartAsync(NodeTopology topology, string name, int port, string[] command)
    {
        var process = PeerProcess.Start(topology.Node, command);
        await process.ListensAsync(topology.Node, NodeTopology.NodeIp, port);
        return new Peer(name, port, process);
    }
}
