using System.Globalization;
using ImdsProxy.Network.Tests.Topology;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>The redirect is removed while pods send requests.</summary>
public sealed class RemovalTests(ITestOutputHelper output)
{
    private const int Removals = 25;
    private const int Connections = 20;

    // The kernel resends the first packet of a connection after a second, so a single dropped packet makes a gap longer than this.
    private const int LongestGapMilliseconds = 1000;

    // IMDS resends what the pods no longer get since the redirect was applied. The node then tracks a connection that comes from IMDS,
    // and drops a new one of the pod with the same ports. A removal may come just after such a packet.
    private const int MostLongGaps = 1;

    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Redirect_RemovedUnderLoad_HoldsUpNeitherNewNorKeptConnections(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartImdsAsync();
        await Proxy.StartAsync(cluster);
        // As on a real node, other rules keep connection tracking on.
        await cluster.IptablesAsync(backend, "-t", "nat", "-A", "POSTROUTING", "-s", "192.0.2.0/24", "-j", "MASQUERADE");
        await cluster.ApplyAsync(backend);
        var rules = await cluster.Node.MustAsync($"iptables-{backend}-save");
        var load = cluster.Keep(cluster.Pod.StartClient("gaps", $"{Cluster.Imds}:80", ClusterSteps.Versions, $"{Connections}"));
        await load.SaysAsync("running");

        var (lines, longGaps) = (0, 0);
        for (var removal = 1; removal <= Removals; removal++)
        {
            // What the redirect's beginning held up is over when a line reports no long gap.
            while ((await GapAsync(load, ++lines)).Milliseconds > LongestGapMilliseconds)
            {
            }

            (await cluster.RedirectAsync("remove", backend)).ExitCode.ShouldBe(0);
            var gap = await GapAsync(load, ++lines);
            longGaps += gap.Milliseconds > LongestGapMilliseconds ? 1 : 0;
            output.WriteLine(gap.Line);

            // These are the steps of apply.
            await cluster.Node.FeedAsync(rules, $"iptables-{backend}-restore", "-w");
            await cluster.Node.RunAsync("conntrack", "-D", "-d", Cluster.Imds, "--reply-src", Cluster.Imds);
        }

        longGaps.ShouldBeLessThanOrEqualTo(MostLongGaps);
    }

    private static async Task<(int Milliseconds, string Line)> GapAsync(RunningProgram load, int times)
    {
        await load.TellAsync("");
        await load.SaysAsync("longest gap ", times);
        var line = load.Text.Split('\n').Last(l => l.StartsWith("longest gap ", StringComparison.Ordinal));
        return (int.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture), line);
    }
}
