using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.Network.Tests.Topology;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>A new proxy takes over from the old one while pods send requests.</summary>
public sealed class RestartTests(ITestOutputHelper output)
{
    private const int Restarts = 10;
    private const int Connections = 20;

    [Fact]
    public async Task Proxy_RestartedUnderLoad_FailsNoRequestAndForwardsNoDeniedOne()
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        var proxy = await Proxy.StartAsync(cluster);
        await cluster.ApplyAsync("nft");
        var permitted = await LoadAsync(cluster, cluster.Pods[0], ClusterSteps.Versions, Connections);
        var denied = await LoadAsync(cluster, cluster.Pods[2], "/metadata/instance?api-version=2021-02-01", 2);

        for (var restart = 0; restart < Restarts; restart++)
        {
            var old = proxy;
            proxy = await Proxy.StartAsync(cluster);
            (await old.Program.TerminateAsync()).ShouldBe(0, old.Program.Text);
        }

        var good = await EndAsync(permitted, "200");
        var refused = await EndAsync(denied, "403");
        (await proxy.Program.TerminateAsync()).ShouldBe(0, proxy.Program.Text);
        output.WriteLine($"{good} permitted and {refused} denied requests across {Restarts} restarts");
        var records = proxy.Requests();
        Recorded(records, "allowed").ShouldBe(good, "each request is recorded, alone or in a summary");
        Recorded(records, "denied").ShouldBe(refused, "each request is recorded, alone or in a summary");
        (await cluster.AskedAsync()).ShouldBe(good, "only permitted requests reached IMDS");
    }

    // The load is far above the rate up to which each request has its own record.
    private static int Recorded(IEnumerable<JsonNode> records, string verdict) =>
        records.Where(record => (string?)record["verdict"] == verdict).Sum(static record => (int?)record["summary"]?["count"] ?? 1);

    private static async Task<RunningProgram> LoadAsync(Cluster cluster, NetworkSpace pod, string path, int connections)
    {
        var load = cluster.Keep(pod.StartClient("load", $"{Cluster.Imds}:80", path, $"{connections}"));
        await load.SaysAsync("running");
        return load;
    }

    /// <summary>Ends a load whose answers must all have the same status, and returns their number.</summary>
    private static async Task<int> EndAsync(RunningProgram load, string status)
    {
        await load.TellAsync("");
        await load.SaysAsync("done");
        var outcomes = load.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1..^1];
        outcomes.Length.ShouldBe(1, load.Text);
        outcomes[0].ShouldEndWith($" {status}");
        var count = int.Parse(outcomes[0].Split(' ')[0], CultureInfo.InvariantCulture);
        count.ShouldBeGreaterThan(100, "a test without load proves nothing");
        return count;
    }
}
