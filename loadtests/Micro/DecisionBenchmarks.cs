using BenchmarkDotNet.Attributes;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>From an address and a request target to a decision: each step, and all of them as a request takes them.</summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private MicroScene _scene = null!;

    [Params(10, 250, 1000)]
    public int Pods { get; set; }

    [Params(10, 1000, 10_000)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Set() => _scene = MicroScene.Set(Pods, Rules, MicroBenchmarks.Held);

    [Benchmark]
    public Decision IdentifyAndDecideAPermit() => _scene.DecidePermitted();

    [Benchmark]
    public Decision IdentifyAndDecideADenial() => _scene.DecideDenied();

    [Benchmark]
    public Decision WholePermit() => _scene.WholePermitted();

    [Benchmark]
    public Decision WholeDenial() => _scene.WholeDenied();

    /// <summary>A target that was never seen, from a pod that sends nothing else.</summary>
    [Benchmark]
    public Decision WholeStrange() => _scene.WholeStrange();
}
