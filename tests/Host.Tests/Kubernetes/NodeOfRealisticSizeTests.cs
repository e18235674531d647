using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImdsProxy.Host.Tests.Identify;
using ImdsProxy.Identify;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

/// <summary>These tests measure the process, so no others run beside them.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;

/// <summary>250 pods of 12 KB each: memory must not depend on the size of objects.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class NodeOfRealisticSizeTests(ITestOutputHelper output)
{
    private const int Pods = 250;
    private const int Padding = 11 << 10;

    [Fact]
    public async Task NodeOf250Pods_NeedsOneListAndOneWatch()
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false, Token = null });
        for (var i = 0; i < Pods; i++)
        {
            server.Cluster.Put("pods", Pod(i));
        }

        using var http = KubeConnection.Open(new KubeSettings(server.Address, null, null));
        using var stop = new CancellationTokenSource();

        var (index, running) = await FollowAsync(server, http, stop.Token);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1000; i++)
        {
            server.Cluster.Put("pods", FakePods.Pod($"pod-{i % Pods}", $"10.0.1.{i % Pods}", uid: $"uid-{i % Pods}", padding: Padding));
        }

        await Eventually.HoldsAsync(() => index.Who("10.0.1.249") != "unknown");
        output.WriteLine($"1,000 events of 12 KB, the server's work included: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        server.Requests.Count.ShouldBe(2);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void IndexOf250Pods_KeepsLittleOfTheir3Megabytes()
    {
        var json = Enumerable.Range(0, Pods).Select(static i => Encoding.UTF8.GetBytes(Pod(i).ToJsonString())).ToArray();
        var index = new PodIndex(new InterfaceEvidence(static _ => false), TimeProvider.System);
        var sink = new PodSink(index, FakePods.Node);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var pod in json)
        {
            sink.Upsert(JsonSerializer.Deserialize(pod, KubeJson.Default.PodObject)!);
        }

        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"held by {Pods} pods of {json.Sum(static pod => pod.Length) / Pods} bytes: {held / 1024} KiB");
        (index.Who("10.0.0.249") == "unknown").ShouldBeFalse();
        // Something that earlier tests left may be freed meanwhile, so this can be below 0.
        held.ShouldBeLessThan(1 << 20);
    }

    private static JsonObject Pod(int i) =>
        FakePods.Pod($"pod-{i}", $"10.0.0.{i}", uid: $"uid-{i}", padding: Padding);

    private static async Task<(PodIndex Index, Task Running)> FollowAsync(FakeApiServer server, HttpClient http, CancellationToken cancellation)
    {
        var index = new PodIndex(new InterfaceEvidence(static _ => false), TimeProvider.System);
        var watch = new ListWatch<PodObject>(
            new KubeClient(http, new KubeToken(null, TimeProvider.System), TimeProvider.System),
            KubeResources.PodsOfNode(FakePods.Node),
            new PodSink(index, FakePods.Node),
            new ListWatchOptions { FirstListSpread = TimeSpan.Zero },
            TimeProvider.System,
            new Random(1),
            NullLogger<ListWatch<PodObject>>.Instance);
        var running = watch.RunAsync(cancellation);
        await Eventually.HoldsAsync(() => server.OpenWatches == 1 && index.Known.Count == Pods);
        return (index, running);
    }
}
