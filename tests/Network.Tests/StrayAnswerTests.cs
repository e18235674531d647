using ImdsProxy.Network.Tests.Topology;
using Shouldly;
using Xunit;

namespace ImdsProxy.Network.Tests;

/// <summary>IMDS goes on answering pods for a while whose direct connection the redirect has cut.</summary>
public sealed class StrayAnswerTests
{
    private const int Port = 40_000;

    // The node would track such a segment as a new connection from IMDS, and the pod's own from the same port as its answer, which
    // the redirect does not reach.
    [Theory]
    [InlineData("nft")]
    [InlineData("legacy")]
    public async Task Pod_AtAPortToWhichImdsStillSends_ReachesTheProxy(string backend)
    {
        await using var cluster = await Cluster.CreateAsync();
        await cluster.StartStandInProxyAsync();
        await cluster.ApplyAsync(backend);

        // Nothing in the pod answers, as while a connection of the pod still waits.
        await cluster.Pod.MustAsync("iptables-nft", "-A", "INPUT", "-s", Cluster.Imds, "-j", "DROP");
        (await cluster.ImdsHost.ClientAsync("segment", $"{Cluster.Imds}:80", $"{cluster.Pod.Address}:{Port}")).Output.ShouldBe("sent\n");
        await cluster.Pod.MustAsync("iptables-nft", "-F", "INPUT");

        (await cluster.Pod.GetAsync($"http://{Cluster.Imds}{ClusterSteps.Versions}", "--local-port", $"{Port}")).ShouldBe("200");
    }
}
