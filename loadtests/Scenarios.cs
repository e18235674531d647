using ImdsProxy.LoadTests.Audit;
using ImdsProxy.LoadTests.Cluster;
using ImdsProxy.LoadTests.Comparing;
using ImdsProxy.LoadTests.Demands;
using ImdsProxy.LoadTests.Micro;
using ImdsProxy.LoadTests.Peers;
using ImdsProxy.LoadTests.Proofs;
using ImdsProxy.LoadTests.Redirect;
using ImdsProxy.LoadTests.Serving;
using ImdsProxy.LoadTests.Sharing;
using ImdsProxy.LoadTests.Stores;
using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests;

/// <summary>The scenarios by name. Each prepares its environment, runs, and reports its measurements.</summary>
internal static class Scenarios
{
    // The scenarios of a plain `make loadtest`: those that need only the published proxy and take less than half an hour.
    private static readonly string[] Usual = ["peers", "first-requests", "herd", "flood", "cached-token"];

    private static readonly Dictionary<string, Func<string[], Task<int>>> All = new(StringComparer.Ordinal)
    {
        ["first-requests"] = FirstRequests.RunAsync,
        ["audit-cost"] = AuditCost.RunAsync,
        ["audit-data"] = AuditData.RunAsync,
        ["audit-search"] = AuditSearchSpeed.RunAsync,
        ["audit-write"] = AuditWriteSpeed.RunAsync,
        ["builds"] = BuildsScenario.RunAsync,
        ["cached-token"] = CachedToken.RunAsync,
        ["crowd"] = Crowd.RunAsync,
        ["demands"] = DemandSpeed.RunAsync,
        ["crowd-client"] = Crowd.ClientAsync,
        ["cluster"] = ClusterLoad.RunAsync,
        ["fleet-search"] = FleetSearch.RunAsync,
        ["flood"] = Flood.RunAsync,
        ["flood-client"] = Flood.ClientAsync,
        ["herd"] = Herd.RunAsync,
        ["host-pods"] = HostPodsCost.RunAsync,
        ["imds-stub"] = ImdsStub.RunAsync,
        ["kestrel-answerer"] = KestrelAnswerer.RunAsync,
        ["micro"] = MicroBenchmarks.RunAsync,
        ["node-cost"] = NodeCost.RunAsync,
        ["peers"] = PeersScenario.RunAsync,
        ["policy-load"] = PolicyLoadCost.RunAsync,
        ["proofs"] = ProofSpeed.RunAsync,
        ["redirect-watch"] = RedirectWatch.RunAsync,
        ["smoke"] = SmokeScenario.RunAsync,
        ["soak"] = SoakScenario.RunAsync,
        ["store-questions"] = StoreQuestions.RunAsync,
        ["yarp-forwarder"] = YarpForwarder.RunAsync,
    };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [] or ["all"])
        {
            return await RunUsualAsync();
        }

        if (All.TryGetValue(args[0], out var scenario))
        {
            return await RunAsync(args[0], scenario, args[1..]);
        }

        await Console.Error.WriteLineAsync($"name a scenario: {string.Join(", ", All.Keys)}");
        return 2;
    }

    private static async Task<int> RunUsualAsync()
    {
        var worst = 0;
        foreach (var name in Usual)
        {
            await Console.Out.WriteLineAsync($"\n{name}");
            worst = Math.Max(worst, await RunAsync(name, All[name], []));
        }

        return worst;
    }

    private static async Task<int> RunAsync(string name, Func<string[], Task<int>> scenario, string[] args)
    {
        try
        {
            return await scenario(args);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or IOException)
        {
            await Console.Error.WriteLineAsync($"{name}: {e.Message}");
            return 1;
        }
    }
}
