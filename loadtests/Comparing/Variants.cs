using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>Measures the proxy with several numbers of pods and of rules, in turns.</summary>
internal static class Variants
{
    private static readonly int[] Rules = [10, 1_000, 10_000];

    /// <summary>The loads on which a size could have an effect: the first is a cache hit, the second is only a decision.</summary>
    public static readonly Load[] Loads = [Measuring.Loads.Token(1), Measuring.Loads.Denial(1)];

    public static string OfPods(int pods) => $"ImdsProxy, {pods:n0} pods";

    public static string OfRules(int rules) => $"ImdsProxy, {rules:n0} rules";

    public static Task RunPodsAsync(Comparison comparison, NodeTopology topology, string[] program, RunPlan plan)
    {
        int[] sizes = plan.IsFull ? [10, 250, 1_000] : [10, 1_000];
        return RunAsync(comparison, topology, program, plan, sizes.Select((pods, n) => new ImdsProxySetup(OfPods(pods), 16300 + (2 * n)) { Pods = pods }));
    }

    public static Task RunRulesAsync(Comparison comparison, NodeTopology topology, string[] program, RunPlan plan) =>
        RunAsync(comparison, topology, program, plan, Rules.Select((rules, n) => new ImdsProxySetup(OfRules(rules), 16320 + (2 * n)) { Rules = rules }));

    private static async Task RunAsync(Comparison comparison, NodeTopology topology, string[] program, RunPlan plan, IEnumerable<ImdsProxySetup> setups)
    {
        using var proxies = await RunningProxies.StartAsync(topology, setups.Select(setup => (program, setup)));
        List<Cell> cells = [.. Loads.SelectMany(load => proxies.Peers.Select(peer => new Cell(load, peer)))];
        await comparison.WarmAsync(cells, plan.WarmSeconds);
        await comparison.RunAsync(cells, plan.Rounds, seconds: 1);
    }
}
