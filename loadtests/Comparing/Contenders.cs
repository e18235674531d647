using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>All peers, running on the node at the same time. An idle peer uses no processor time.</summary>
internal sealed class Contenders : IDisposable
{
    private Contenders(Peer nginx, Peer haproxy, Peer yarp, Peer kestrel, RunningProxy shipped, RunningProxy strict)
    {
        (Nginx, Haproxy, Yarp, Kestrel) = (nginx, haproxy, yarp, kestrel);
        (Shipped, Strict) = (shipped, strict);
    }

    public Peer Nginx { get; }

    public Peer Haproxy { get; }

    public Peer Yarp { get; }

    public Peer Kestrel { get; }

    public RunningProxy Shipped { get; }

    public RunningProxy Strict { get; }

    public static async Task<Contenders> StartAsync(NodeTopology topology, string[] program) => new(
        await OtherPeers.StartNginxAsync(topology),
        await OtherPeers.StartHaproxyAsync(topology),
        await OtherPeers.StartYarpAsync(topology),
        await OtherPeers.StartKestrelAsync(topology),
        await RunningProxy.StartAsync(topology, program, ImdsProxySetup.Shipped),
        await RunningProxy.StartAsync(topology, program, ImdsProxySetup.Strict));

    public void Dispose()
    {
        Nginx.Dispose();
        Haproxy.Dispose();
        Yarp.Dispose();
        Kestrel.Dispose();
        Shipped.Dispose();
        Strict.Dispose();
    }
}
