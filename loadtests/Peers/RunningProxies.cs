using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>Several ImdsProxies side by side. Disposing stops all of them, and so does a failure to start one.</summary>
internal sealed class RunningProxies : IDisposable
{
    private readonly List<RunningProxy> _running = [];

    private RunningProxies()
    {
    }

    public IReadOnlyList<Peer> Peers => [.. _running.Select(static proxy => proxy.Peer)];

    /// <param name="topology">The topology to run on.</param>
    /// <param name="wanted">For each proxy, the command that starts <c>imds-proxy</c> and its setup.</param>
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
