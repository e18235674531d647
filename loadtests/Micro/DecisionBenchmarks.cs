using BenchmarkDotNet.Attributes;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>
/// Benchmarks the way from an address and a request target to a decision: each step, and all steps of a request together.
/// </summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private MicroScene _scene = null!;

    /// <summary>A node of 250 pods with several numbers of rules, and 1,000 rules with several numbers of pods.</summary>
    public static IEnumerable<SceneSize> Sizes { get; } = [new(250, 10), new(250, 1000), new(250, 10_000), new(10, 1000), new(1000, 1000)];

    [ParamsSource(nameof(Sizes))]
    public SceneSize Size { get; set; }

    [GlobalSetup]
    public void Set() => _scene = MicroScene.Set(Size.Pods, Size.Rules, MicroBenchmarks.Held);

    [Benchmark]
    public Decision IdentifyAndDecideAPermit() => _scene.DecidePermitted();

    [Benchmark]
    public Decision IdentifyAndDecideADenial() => _scene.DecideDenied();

    [Benchmark]
    public Decision WholePermit() => _scene.WholePermitted();

    [Benchmark]
    public Decision WholeDenial() => _scene.WholeDenied();

    /// <summary>A target that was never seen before, from a pod that sends nothing else.</summary>
    [Benchmark]
    public Decision WholeStrange() => _scene.WholeStrange();
}
