using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>Several ImdsProxies beside each other, all ended at its end, also where one did not start.</summary>
internal sealed class RunningProxies : IDisposable
{
    private readonly List<RunningProxy> _running = [];

    private RunningProxies()
    {
    }

    public IReadOnlyList<Peer> Peers => [.. _running.Select(static proxy => proxy.Peer)];

    /// <param name="topology">Where.</param>
    /// <param name="wanted">For each, the command that is <c>imds-proxy</c>, and how it runs.</param>
    public static async Task<RunningProxies> StartAsync(NodeTopology topology, IEnumerable<(string[] Program, ImdsProxySetup Setup)> wanted)
    {
        var proxies = new RunningProxies();
        try
        {
            foreach (var (program, setup) in wanted)
            {
                proxies._running.Add(await RunningProxy.StartAsync(topology, program, setup));
            }

            return proxies;
        }
        catch
        {
            proxies.Dispose();
            throw;
        }
    }

    public void Dispose() => _running.ForEach(static proxy => proxy.Dispose());
}
