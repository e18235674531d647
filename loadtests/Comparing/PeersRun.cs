using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.LoadTests.Report;
using ImdsProxy.LoadTests.Topology;
using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests.Comparing;

/// <summary>Runs the whole comparison once, on one topology.</summary>
internal static class PeersRun
{
    // A directory on the working copy's disk.
    public const string WorkDirectory = "artifacts/loadtests";

    public static async Task<RunResults> RunAsync(RunPlan plan, string[] program)
    {
        await using var topology = await NodeTopology.CreateAsync(WorkDirectory);
        using var stub = await RunningStub.StartAsync(topology);
        var samples = new Samples();
        var comparison = new Comparison(topology, stub, samples);
        var starts = await Starts.RunAsync(topology, program, plan.Starts);
        var memory = await CompareAsync(plan, program, topology, comparison);
        await Variants.RunPodsAsync(comparison, topology, program, plan);
        if (plan.IsFull)
        {
            await Variants.RunRulesAsync(comparison, topology, program, plan);
        }

        if (plan == RunPlan.Smoke)
        {
            await Soak.RunAsync(comparison, topology, program, turns: 1, seconds: 1);
        }

        var reloads = await Reloads.RunAsync(comparison, topology, program, plan);
        var machine = await MachineFacts.ReadAsync(program, topology.Directory);
        return new RunResults(plan, samples, starts, memory, reloads, machine);
    }

    private static async Task<MemoryFigures> CompareAsync(RunPlan plan, string[] program, NodeTopology topology, Comparison comparison)
    {
        using var all = await Contenders.StartAsync(topology, program);
        IReadOnlyList<Cell> cells = plan == RunPlan.Smoke ? Matrix.Smoke(all) : [.. Matrix.Targets(all), .. plan.IsFull ? Matrix.Beside(all) : []];
        await comparison.WarmAsync(cells, plan.WarmSeconds);
        await comparison.RunAsync(cells, plan.Rounds, plan.Seconds);
        if (plan.IsFull)
        {
            await comparison.RunAsync(Matrix.More(all), plan.MoreRounds, seconds: 1);
        }

        var proxy = all.Shipped.Peer;
        while (comparison.AskedOf(proxy) < plan.RequestsForMemory)
        {
            await comparison.MeasureAsync(Loads.Mix(32), proxy, 10);
        }

        return new MemoryFigures(comparison.AskedOf(proxy), proxy.Process!.ResidentMegabytes, proxy.Process.Handles);
    }
}
