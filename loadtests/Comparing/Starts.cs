using System.Diagnostics;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>Measures the start of the proxy and its first requests.</summary>
internal static class Starts
{
    private const int First = 100;

    /// <summary>Starts and stops a proxy repeatedly.</summary>
    public static async Task<IReadOnlyList<StartFigures>> RunAsync(NodeTopology topology, string[] program, int times)
    {
        List<StartFigures> starts = [];
        for (var start = 0; start < times; start++)
        {
            using var proxy = await RunningProxy.StartAsync(topology, program, ImdsProxySetup.Shipped with { Port = 16400 });
            var idle = proxy.Peer.Process!.ResidentMegabytes;
            await topology.InterceptAsync(proxy.Peer.Port);
            var first = await FirstAsync(topology);
            starts.Add(new StartFigures(proxy.Started, first[0], first.Max(), idle));
            await Console.Out.WriteLineAsync($"start: {starts[^1]}");
        }

        return starts;
    }

    private static async Task<List<TimeSpan>> FirstAsync(NodeTopology topology)
    {
        var target = Loads.Token(1).Targets[0];
        using var connection = await NamespaceConnection.OpenAsync(topology.Pod, NodeTopology.Imds, 80);
        List<TimeSpan> took = new(First);
        for (var request = 0; request < First; request++)
        {
            var began = Stopwatch.GetTimestamp();
            var (status, body) = await connection.AskAsync(target);
            took.Add(Stopwatch.GetElapsedTime(began));
            if (status != 200)
            {
                throw new InvalidDataException($"request {request + 1} after the start was answered {status}: {body}");
            }
        }

        return took;
    }
}
