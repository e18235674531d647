using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>Measures a policy of 10,000 rules that changes every second under load.</summary>
internal static class Reloads
{
    private const int Rules = 10_000;

    // Turns last only a few seconds, so that a hiccup of the machine affects one of them and not all.
    private const int TurnSeconds = 3;

    // Few connections, so that the machine is not saturated and any delay comes from the proxy.
    private static readonly Load Load = Loads.Token(4);

    public static async Task<ReloadFigures> RunAsync(Comparison comparison, NodeTopology topology, string[] program, RunPlan plan)
    {
        using var proxy = await RunningProxy.StartAsync(topology, program, new ImdsProxySetup("ImdsProxy, reloading", 16410) { Rules = Rules });
        await comparison.MeasureAsync(Load, proxy.Peer, 1 + plan.WarmSeconds);
        List<double> quiet = [];
        List<double> reloading = [];
        var revision = 0;
        for (var passed = 0; passed < plan.ReloadSeconds; passed += TurnSeconds)
        {
            var seconds = Math.Min(TurnSeconds, plan.ReloadSeconds);
            quiet.Add((await comparison.MeasureAsync(Load, proxy.Peer, seconds)).Longest);
            var rewriting = RewriteAsync(proxy, revision, seconds);
            reloading.Add((await comparison.MeasureAsync(Load, proxy.Peer, seconds)).Longest);
            revision = await rewriting;
        }

        var loaded = proxy.PoliciesLoaded - 1;
        await Console.Out.WriteLineAsync($"{Rules:n0} rules: longest answer {quiet.Max() / 1000:0.0} ms, with {loaded} new policies meanwhile {reloading.Max() / 1000:0.0} ms");
        return loaded > 0
            ? new ReloadFigures(quiet, reloading, loaded)
            : throw new InvalidDataException("no new policy came into force");
    }

    private static async Task<int> RewriteAsync(RunningProxy proxy, int revision, int seconds)
    {
        using var every = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        for (var second = 0; second < seconds; second++)
        {
            await proxy.RewritePolicyAsync(++revision);
            await every.WaitForNextTickAsync();
        }

        return revision;
    }
}
