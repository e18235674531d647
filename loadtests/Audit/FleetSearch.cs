using System.Diagnostics;
using System.Globalization;
using ImdsProxy.LoadTests.Measuring;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Fleet;

namespace ImdsProxy.LoadTests.Audit;

/// <summary>
/// <c>fleet-search [NODES]</c>: an investigation with <c>--nodes</c> over simulated nodes, each with an hour of records: the real kubectl,
/// an API server with exec over WebSocket, and the real program on the directory of each node. Prints each command with its output,
/// how long it took, and the processor time of all programs together, which tells what it would take on an idle machine. Then asks the
/// other sources the question that found the thief.
/// </summary>
internal static class FleetSearch
{
    private const int Seconds = 3600;

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly string[] Range = ["--since", "2026-11-21T10:00:00Z", "--until", "2026-11-21T11:00:00Z"];

    private static readonly string[] Stolen = [.. Range, "--issued", "--identity", "kubelet", "--not", "--namespace", "kube-system", "-o", "table", "--fields", "time,node,pod,resource,token-id,expires"];

    private static readonly string[][] Investigation =
    [
        ["audit", "stats", .. Range, "--issued", "--by", "namespace,service-account,identity,resource"],
        ["audit", "search", .. Stolen],
        ["audit", "search", .. Range, "--pod", "web-7d9c6b5f4-x2x9p", "--node", "aks-user-137", "--endpoint", "token"],
        ["audit", "stats", .. Range, "--event", "policy-loaded", "--by", "time:1m,revision"],
        ["audit", "stats", .. Range, "--kind", "request", "--by", "verdict"],
        ["audit", "stats", .. Range, "--by", "demand", "--namespace", "shop"],
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (await RealKubectl.MissingAsync() is { } missing)
        {
            throw new IOException(missing);
        }

        string[] nodes = [.. Enumerable.Range(0, args is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 200).Select(static n => string.Create(CultureInfo.InvariantCulture, $"aks-user-{n:d3}"))];
        await using var fleet = await SimulatedFleet.StartAsync(nodes);
        for (var n = 0; n < nodes.Length; n++)
        {
            await WriteAsync(new FleetLog(nodes[n], $"{n:x4}"), fleet.LogOf(nodes[n]), n);
        }

        var worst = TimeSpan.Zero;
        foreach (var command in Investigation)
        {
            var (wall, processor) = await RunAsync(fleet, command);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"[{wall.TotalSeconds:0.0} s; {processor.TotalSeconds:0.0} s of processor time]\n"));
            worst = processor > worst ? processor : worst;
        }

        using var others = new OtherSources(fleet, nodes, nodes[Math.Min(137, nodes.Length - 1)], string.Join(' ', Stolen));
        await others.AskAsync();

        // The goal: 30 s for 200 nodes on two cores.
        return worst <= TimeSpan.FromSeconds(60) ? 0 : 1;
    }

    private static async Task<(TimeSpan Wall, TimeSpan Processor)> RunAsync(SimulatedFleet fleet, string[] command)
    {
        await Console.Out.WriteLineAsync($"$ kubectl imds {string.Join(' ', command)}");
        var (began, before) = (Stopwatch.GetTimestamp(), Processor());
        var start = fleet.Command([.. command, "--nodes"]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (false, false);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return (Stopwatch.GetElapsedTime(began), Processor() - before);
    }

    // This process, which holds the API server, and all programs that have ended, with their own children.
    private static TimeSpan Processor() => ProcessorTimes.OfThisProcess + ProcessorTimes.OfEndedPrograms;

    private static async Task WriteAsync(FleetLog log, string directory, int node)
    {
        var fluentBit = FleetLog.Pod("logging", "fluent-bit", $"fluent-bit-{node:x4}");
        var web = FleetLog.Pod("shop", "web", node == 137 ? "web-7d9c6b5f4-x2x9p" : $"web-7d9c6b5f4-{node:x5}");
        var autoscaler = FleetLog.Pod("kube-system", "cluster-autoscaler", "cluster-autoscaler-5c4d");
        for (var second = 0; second < Seconds; second++)
        {
            var at = Start.AddSeconds(second).AddMilliseconds(node);
            if (second % 300 == 0)
            {
                log.AddToken(at, fluentBit, "https://api.kusto.windows.net", "adx-ingest", FleetLog.IngestId);
            }
            else if (second % 6 == 1)
            {
                log.AddInstance(at, web, isAllowed: false);
            }
            else if (node == 0 && second % 600 == 30)
            {
                log.AddToken(at, autoscaler, FleetLog.Arm, "kubelet");
            }
            else if (second == 2475)
            {
                log.AddEvent(at, "policy-loaded", new() { ["revision"] = "9b1fe0d25c44", ["previousRevision"] = "3f2a91c07b5d", ["mode"] = "enforce" });
            }
            else if (node == 137 && second is (2522 or 2582 or 2584))
            {
                log.AddToken(at, web, second == 2584 ? "https://vault.azure.net" : FleetLog.Arm, second == 2522 ? null : "kubelet", agent: "curl/8.5.0");
            }
        }

        await log.WriteAsync(directory, Start);
    }
}
