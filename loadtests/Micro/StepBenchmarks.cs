using BenchmarkDotNet.Attributes;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.LoadTests.Micro;

/// <summary>Benchmarks the steps that do not depend on the policy.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private MicroScene _scene = null!;

    [Params(10, 250, 1000)]
    public int Pods { get; set; }

    [GlobalSetup]
    public void Set() => _scene = MicroScene.Set(Pods, rules: 10, MicroBenchmarks.Held);

    [Benchmark]
    public Caller Identify() => _scene.Identify();

    [Benchmark]
    public RequestResult ParseKnown() => _scene.ParseKnown();

    /// <summary>A target that was never seen before.</summary>
    [Benchmark]
    public RequestResult ParseStrange() => _scene.ParseStrange();
}
