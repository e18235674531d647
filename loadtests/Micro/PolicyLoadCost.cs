using System.Diagnostics;
using System.Globalization;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>
/// <c>policy-load [RULES] [PODS] [LOADS]</c>: measures the time and memory of a reload, the garbage collection
/// pauses that it causes, and the time of each pod's first request afterwards.
/// </summary>
internal static class PolicyLoadCost
{
    public static async Task<int> RunAsync(string[] args)
    {
        var numbers = args.Select(static arg => int.Parse(arg, CultureInfo.InvariantCulture)).ToArray();
        var rules = numbers.ElementAtOrDefault(0) is var r and > 0 ? r : 10_000;
        var pods = numbers.ElementAtOrDefault(1) is var p and > 0 ? p : 250;
        var loads = numbers.ElementAtOrDefault(2) is var l and > 0 ? l : 8;
        var callers = Enumerable.Range(0, pods).Select(static pod => new Caller.Pod(ManyPods.Identity(pod))).ToList();
        await Console.Out.WriteLineAsync($"{rules:n0} rules, {ManyRules.Fragments(rules).Values.Sum(static text => text.Length) / 1024.0:n0} KiB, {pods:n0} pods; from the second load on one rule has changed");
        var request = ImdsRequestParser.ParseTarget("GET", MicroScene.Token(ManyRules.Arm, 0)).Request!;
        using var pauses = new PauseWatch();
        PolicyLoad? before = null;
        PolicySnapshot? inForce = null;
        for (var load = 1; load <= loads; load++)
        {
            var fragments = ManyRules.Fragments(rules, load);
            var cost = Cost.Of(() => PolicyFragments.Load(fragments, before), out var loaded);
            before = loaded;
            await Console.Out.WriteLineAsync($"load {load}: read {cost}; longest pause {pauses.Longest():0.0} ms");
            var compile = Cost.Of(() => PolicySnapshot.Compile(loaded.Document!, inForce), out var snapshot);
            inForce = snapshot;
            await Console.Out.WriteLineAsync($"        compile {compile}; longest pause {pauses.Longest():0.0} ms");
            var firsts = callers.Select(caller => Cost.Of(() => snapshot.Decide(caller, request), out _)).OrderBy(static cost => cost.Milliseconds).ToList();
            await Console.Out.WriteLineAsync(
                $"        first decision of each pod: median {firsts[pods / 2]}, slowest {firsts[^1]}; longest pause {pauses.Longest():0.0} ms");
        }

        GC.Collect();
        await Console.Out.WriteLineAsync($"heap with one policy in force {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:0.0} MiB");
        GC.KeepAlive(inForce);
        return 0;
    }

    private readonly record struct Cost(double Milliseconds, long Bytes, int Gen0, int Gen1, int Gen2)
    {
        public static Cost Of<T>(Func<T> work, out T result)
        {
            var (bytes, gen0, gen1, gen2) = (GC.GetAllocatedBytesForCurrentThread(), GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
            var start = Stopwatch.GetTimestamp();
            result = work();
            return new Cost(
                Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                GC.GetAllocatedBytesForCurrentThread() - bytes,
                GC.CollectionCount(0) - gen0,
                GC.CollectionCount(1) - gen1,
                GC.CollectionCount(2) - gen2);
        }

        public override string ToString() => Bytes < 1 << 20
            ? $"{Milliseconds:0.000} ms, {Bytes / 1024.0:0.0} KiB"
            : $"{Milliseconds:0} ms, {Bytes / 1048576.0:0.0} MiB, collections {Gen0}/{Gen1}/{Gen2}";
    }
}
