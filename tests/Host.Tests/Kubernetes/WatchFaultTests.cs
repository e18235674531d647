using ImdsProxy.Host.Tests.Identify;
using ImdsProxy.Identify;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace ImdsProxy.Host.Tests.Kubernetes;

/// <summary>Whatever faults a watch has, the index finally equals the server's state.</summary>
public sealed class WatchFaultTests
{
    // Each sequence simulates a server with about ten pods, changes and faults. 5,000 sequences have passed, but take
    // minutes, so a build runs fewer. IMDS_PROXY_TEST_SEQUENCES=5000 runs them all.
    private static readonly int Sequences = int.TryParse(Environment.GetEnvironmentVariable("IMDS_PROXY_TEST_SEQUENCES"), out var number) ? number : 100;

    private static readonly string[] Addresses = [.. Enumerable.Range(1, 12).Select(static i => $"10.0.0.{i}")];

    [Fact]
    public async Task RandomFaults_LeaveTheIndexEqualToTheServer()
    {
        await using var server = await FakeApiServer.StartAsync(new FakeApiOptions { Tls = false, Token = null });
        using var http = KubeConnection.Open(new KubeSettings(server.Address, null, null));
        for (var seed = 0; seed < Sequences; seed++)
        {
            await RunAsync(server, http, seed);
        }
    }

    private static async Task RunAsync(FakeApiServer server, HttpClient http, int seed)
    {
        var random = new Random(seed);
        var time = new ScriptedTime();
        var index = new PodIndex(new InterfaceEvidence(static _ => false), time);
        var watch = new ListWatch<PodObject>(
            new KubeClient(http, new KubeToken(null, time), time),
            KubeResources.PodsOfNode(FakePods.Node),
            new PodSink(index, FakePods.Node),
            new ListWatchOptions { FirstListSpread = TimeSpan.Zero },
            time,
            random,
            NullLogger<ListWatch<PodObject>>.Instance);
        using var stop = new CancellationTokenSource();
        var running = watch.RunAsync(stop.Token);
        for (var i = random.Next(2, 12); i > 0; i--)
        {
            if (random.Next(2) == 0)
            {
                server.Next(random.Next(4) == 0 ? "list" : "watch", Fault(random));
            }

            Change(server.Cluster, random);
            await Task.Yield();
            time.Advance(TimeSpan.FromSeconds(random.Next(20)));
        }

        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return index.IsReady
                && index.Known.Count == server.Cluster.List("pods", new FieldSelector(null)).Objects.Count
                && Array.TrueForAll(Addresses, address => index.Who(address) == Expected(server.Cluster, address));
        });
        await stop.CancelAsync();
        await running;
    }

    private static FakeFault Fault(Random random) => random.Next(9) switch
    {
        0 => new FakeFault.Drop(),
        1 => new FakeFault.DropAfter(random.Next(3), HalfLine: random.Next(2) == 0),
        2 => new FakeFault.Silence(random.Next(3)),
        3 => new FakeFault.EndAfter(random.Next(3)),
        4 => new FakeFault.ExpireAfter(random.Next(3)),
        5 => new FakeFault.GarbageAfter(random.Next(3)),
        6 => new FakeFault.Split(random.Next(1, 40)),
        7 => new FakeFault.Status(410, "Expired"),
        _ => new FakeFault.Status(429, "TooManyRequests", 2),
    };

    private static void Change(FakeCluster cluster, Random random)
    {
        for (var i = random.Next(5); i > 0; i--)
        {
            var name = $"p{random.Next(12)}";
            switch (random.Next(8))
            {
                case 0:
                    cluster.Compact();
                    break;
                case 1 or 2:
                    cluster.Remove("pods", "default", name);
                    break;
                default:
                    cluster.Put("pods", FakePods.Pod(name, Addresses[random.Next(12)], deleting: random.Next(4) == 0));
                    break;
            }
        }
    }

    private static string Expected(FakeCluster cluster, string address)
    {
        var model = new PodIndexModel();
        foreach (var pod in cluster.List("pods", new FieldSelector($"status.podIP={address}")).Objects)
        {
            var deleting = pod["metadata"]!["deletionTimestamp"] is not null;
            model.Put(IndexedPods.Pod(pod["metadata"]!["uid"]!.ToString(), address, deleting: deleting));
        }

        return model.Who(address);
    }
}
