using ImdsProxy.Core.Callers;
using ImdsProxy.TestKit.Fleet;

namespace ImdsProxy.FunctionalTests.Nodes;

/// <summary>Logs of some nodes with random requests, in each node's own directory and all together in one.</summary>
internal static class RandomFleet
{
    private static readonly Caller.Pod[] Pods =
    [
        FleetLog.Pod("logging", "fluent-bit", "fluent-bit-qg7vq"),
        FleetLog.Pod("shop", "web", "web-7d9c6b5f4-x2x9p"),
        FleetLog.Pod("kube-system", "cluster-autoscaler", "cluster-autoscaler-5c4d"),
    ];

    public static DateTimeOffset Start { get; } = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the logs.</summary>
    public static async Task WriteAsync(SimulatedFleet fleet, IReadOnlyList<string> nodes, string together, int lines, int seed)
    {
        var random = new Random(seed);
        for (var n = 0; n < nodes.Count; n++)
        {
            var log = new FleetLog(nodes[n], $"{n:x4}");

            // No two lines have the same time, so that their order is certain.
            for (var i = 0; i < lines; i++)
            {
                Add(log, Start.AddSeconds(i * 7).AddTicks((random.Next(1, 60_000) * 1000) + n), Pods[random.Next(Pods.Length)], random.Next(4));
            }

            await log.WriteAsync(fleet.LogOf(nodes[n]), Start);
            await log.WriteAsync(together, Start);
        }
    }

    private static void Add(FleetLog log, DateTimeOffset at, Caller pod, int choice) => _ = choice switch
    {
        0 => log.AddInstance(at, pod, isAllowed: false),
        1 => log.AddToken(at, pod, FleetLog.Arm, null),
        2 => log.AddToken(at, pod, FleetLog.Arm, "kubelet"),
        _ => log.AddToken(at, pod, "https://api.kusto.windows.net", "adx-ingest", FleetLog.IngestId, agent: "a\u001b[31m\"b"),
    };
}
