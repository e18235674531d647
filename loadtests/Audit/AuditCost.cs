using ImdsProxy.FakeImds;
using ImdsProxy.LoadTests.Serving;

namespace ImdsProxy.LoadTests.Audit;

/// <summary>
/// <c>audit-cost PUBLISH-DIR [ROUNDS]</c>: measures the cost of <c>--audit-dir</c>. One published proxy writes to a
/// directory on the temporary directory's disk, the other has the flag unset and sends its records to <c>/dev/null</c>.
/// Both run at once and are measured in turns, so that other load on the machine affects both equally. The medians of the
/// rounds count.
/// </summary>
internal static class AuditCost
{
    private const double MostMicroseconds = 15;
    private const double MostShare = 0.15;
    private const int Seconds = 1;

    public static async Task<int> RunAsync(string[] args)
    {
        var publish = Path.GetFullPath(args is [var directory, ..] ? directory : "artifacts/publish");
        var rounds = args is [_, var number] ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 21;
        await using var imds = await FakeImdsServer.StartAsync(new FakeImdsOptions { RateLimited = false, RememberedRequests = 0 });
        await using var with = await PublishedProxy.StartAsync(publish, imds.Address);
        await using var without = await PublishedProxy.StartAsync(publish, imds.Address, auditDirectory: false);
        PublishedProxy[] both = [with, without];
        foreach (var proxy in both)
        {
            await Wrk.RunAsync(proxy, connections: 32, seconds: 5 * Seconds);
        }

        var alone = await CompareAsync(both, connections: 1, rounds);
        var many = await CompareAsync(both, connections: 32, rounds);
        var (added, lost) = (Median(alone, pair => pair[0].P50 - pair[1].P50), 1 - Median(many, pair => pair[0].PerSecond / pair[1].PerSecond));
        await Console.Out.WriteLineAsync($"with --audit-dir: {added:0.0} µs more at the median of 1 connection, {lost:0.0%} fewer requests/s at 32 (medians of the differences of {rounds} rounds)");
        return added <= MostMicroseconds && lost <= MostShare ? 0 : 1;
    }

    private static async Task<List<WrkResult[]>> CompareAsync(PublishedProxy[] proxies, int connections, int rounds)
    {
        List<WrkResult[]> pairs = [];
        for (var round = 0; round < rounds; round++)
        {
            var results = new WrkResult[proxies.Length];
            // The proxy that runs first in a round warms the machine for the other, so they take turns to be first.
            foreach (var n in round % 2 == 0 ? (int[])[0, 1] : [1, 0])
            {
                results[n] = await Wrk.RunAsync(proxies[n], connections, Seconds);
            }

            pairs.Add(results);
        }

        foreach (var (name, n) in (IEnumerable<(string, int)>)[("--audit-dir", 0), ("unset", 1)])
        {
            await Console.Out.WriteLineAsync($"{connections,2} connections, {name,-11}: p50 {Median(pairs, pair => pair[n].P50):0} µs, p99 {Median(pairs, pair => pair[n].P99):0} µs, {Median(pairs, pair => pair[n].PerSecond):n0} requests/s, {Median(pairs, pair => pair[n].Processor):0} µs of a processor a request");
        }

        return pairs;
    }

    private static double Median(List<WrkResult[]> pairs, Func<WrkResult[], double> value) =>
        pairs.Select(value).Order().ElementAt(pairs.Count / 2);
}
