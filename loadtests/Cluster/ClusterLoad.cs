using System.Globalization;
using ImdsProxy.Kubernetes;
using ImdsProxy.LoadTests.Audit;
using ImdsProxy.TestKit.FakeKubernetes;

namespace ImdsProxy.LoadTests.Cluster;

/// <summary>
/// <c>cluster</c>: measures the load of 200 nodes on one API server: at start, while idle, for a pod, for a policy, for
/// an Event, and after an outage of the server. Prints figures for docs/scale.md. Fails only if a node misses a pod or a
/// policy.
/// </summary>
internal sealed class ClusterLoad : IAsyncDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(52);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SimulatedCluster _cluster;
    private readonly FakeApiServer _server;
    private readonly CountingRelay _relay;
    private readonly List<SimulatedNode> _nodes;

    private ClusterLoad(SimulatedCluster cluster, FakeApiServer server)
    {
        (_cluster, _server) = (cluster, server);
        _relay = new CountingRelay(server.Address.Port);
        var settings = new KubeSettings(_relay.Address, server.TokenFile, server.CaFile);
        _nodes = [.. Enumerable.Range(0, SimulatedCluster.Nodes).Select(node => new SimulatedNode(SimulatedCluster.NodeName(node), settings))];
    }

    private bool AllWatch => _server.OpenWatches == 2 * _nodes.Count;

    private bool AllKnow => _nodes.Index().All(node => _cluster.Knows(node.Index, node.Item.Pods));

    public static async Task<int> RunAsync(string[] args)
    {
        var cluster = new SimulatedCluster();
        await using var server = await FakeApiServer.StartAsync(cluster: cluster.Api);
        await using var load = new ClusterLoad(cluster, server);
        try
        {
            await load.RunAsync();
            return 0;
        }
        catch (TimeoutException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(static node => node.DisposeAsync().AsTask()));
        await _relay.DisposeAsync();
    }

    private async Task RunAsync()
    {
        Console.WriteLine($"{SimulatedCluster.Nodes} nodes, {SimulatedCluster.PodsPerNode} pods of {SimulatedCluster.BytesOfPod} bytes on each");
        await MeasureAsync("all start at once", () => _nodes.ForEach(static node => node.Start()), () => AllKnow && AllWatch && OneRevision(except: null));
        Console.WriteLine($"  {_relay.Connections} connections, {_server.OpenWatches} open watches");
        await QuietAsync();
        await MeasureAsync("a pod begins on each node", AddPods, () => AllKnow);
        var before = _nodes[0].Revision;
        await MeasureAsync("the policy changes", () => _cluster.Policies("changed"), () => OneRevision(before));
        await MeasureAsync("a pod is denied on each node", Deny, () => _server.Events.Count == _nodes.Count);
        Console.WriteLine($"  an Event is {_server.Events.First().ToJsonString().Length} bytes of JSON");
        await AwayAsync("the server is unavailable for 2 s", TimeSpan.FromSeconds(2), compact: false);
        await AwayAsync("the server is unavailable for 10 s and loses its history", TimeSpan.FromSeconds(10), compact: true);
    }

    private async Task QuietAsync()
    {
        var before = ApiServerLoad.Of(_server, _relay);
        var most = await MostInASecondAsync(Quiet);
        var load = ApiServerLoad.Of(_server, _relay) - before;
        Console.WriteLine($"{Quiet.TotalSeconds:0} s in which nothing happens: {load}; at most {most} requests in a second{PerNode(load)}");
    }

    private async Task AwayAsync(string what, TimeSpan time, bool compact)
    {
        var attempts = _relay.TurnedAway;
        _relay.Leave();
        AddPods();
        await Task.Delay(time, TimeProvider.System);
        if (compact)
        {
            _cluster.Api.Compact();
        }

        attempts = _relay.TurnedAway - attempts;
        Task<int> most = Task.FromResult(0);
        await MeasureAsync(what, Return, () => AllKnow && AllWatch);
        Console.WriteLine($"  {attempts} attempts to connect while it was unavailable; at most {await most} requests in a second after its return");

        void Return()
        {
            _relay.Return();
            most = MostInASecondAsync(TimeSpan.FromSeconds(15));
        }
    }

    private async Task MeasureAsync(string what, Action act, Func<bool> done)
    {
        var before = ApiServerLoad.Of(_server, _relay);
        var began = TimeProvider.System.GetTimestamp();
        act();
        while (!done())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"{what}: after {Patience.TotalSeconds:0} s, not every node is up to date; {_server.OpenWatches} watches are open");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        var took = TimeProvider.System.GetElapsedTime(began);
        var load = ApiServerLoad.Of(_server, _relay) - before;
        Console.WriteLine($"{what}: all nodes are up to date after {took.TotalSeconds:0.00} s; {load}{PerNode(load)}");
    }

    private static string PerNode(ApiServerLoad load) => string.Create(
        CultureInfo.InvariantCulture, $" ({load.Sent / SimulatedCluster.Nodes} and {load.Received / SimulatedCluster.Nodes} bytes a node)");

    private async Task<int> MostInASecondAsync(TimeSpan time)
    {
        var most = 0;
        for (var second = 0; second < time.TotalSeconds; second++)
        {
            var before = _server.Requests.Count;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            most = Math.Max(most, _server.Requests.Count - before);
        }

        return most;
    }

    private bool OneRevision(string? except)
    {
        var first = _nodes[0].Revision;
        return first is not null && first != except && _nodes.TrueForAll(node => node.Revision == first);
    }

    private void AddPods()
    {
        for (var node = 0; node < _nodes.Count; node++)
        {
            _cluster.AddPod(node);
        }
    }

    private void Deny()
    {
        var now = TimeProvider.System.GetUtcNow();
        _nodes.ForEach(node => node.Ended(AuditData.Record(0, now)));
    }
}
