using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>Runs the same mix for a long time with a new policy in each turn, to see what grows.</summary>
internal static class Soak
{
    /// <summary>Returns the state before the first turn and after each turn.</summary>
    public static async Task<IReadOnlyList<SoakFigures>> RunAsync(Comparison comparison, NodeTopology topology, string[] program, int turns, int seconds)
    {
        using var proxy = await RunningProxy.StartAsync(topology, program, ImdsProxySetup.Shipped with { Name = "ImdsProxy, soaking", Port = 16420 });
        List<SoakFigures> states = [await StateAsync(comparison, proxy, null)];
        for (var turn = 1; turn <= turns; turn++)
        {
            await proxy.RewritePolicyAsync(turn);
            states.Add(await StateAsync(comparison, proxy, await comparison.MeasureAsync(Loads.Mix(8), proxy.Peer, seconds)));
        }

        return states;
    }

    private static async Task<SoakFigures> StateAsync(Comparison comparison, RunningProxy proxy, Figures? figures)
    {
        var process = proxy.Peer.Process!;
        var state = new SoakFigures(comparison.AskedOf(proxy.Peer), process.ResidentMegabytes, process.Handles, figures);
        await Console.Out.WriteLineAsync($"soak: {state}");
        return state;
    }
}
