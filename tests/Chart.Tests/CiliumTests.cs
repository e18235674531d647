using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

public sealed class CiliumTests
{
    [Fact]
    public async Task Cilium_InsteadOfIptables_RedirectsToTheProxysPortAndClosesTheRest()
    {
        var chart = await Rendered.OfAsync("cilium");

        var redirect = chart.One("CiliumLocalRedirectPolicy")["spec"]!;
        redirect["redirectFrontend"]!.ToJsonString().ShouldBe("""{"addressMatcher":{"ip":"169.254.169.254","toPorts":[{"port":"80","protocol":"TCP"}]}}""");
        ((string)redirect["redirectBackend"]!["toPorts"]![0]!["port"]!).ShouldBe("16254");
        ((bool)redirect["skipRedirectFromBackend"]!).ShouldBeTrue();
        Selected(redirect["redirectBackend"]!["localEndpointSelector"]!["matchLabels"]!)
            .ShouldBe(Selected(chart.One("DaemonSet")["spec"]!["selector"]!["matchLabels"]!));

        var closed = chart.One("CiliumClusterwideNetworkPolicy")["spec"]!;
        closed["egressDeny"]!.ToJsonString().ShouldContain("169.254.169.254/32");
        closed["enableDefaultDeny"]!.ToJsonString().ShouldBe("""{"egress":false,"ingress":false}""");
    }

    // The two exclude each other: Cilium's deny for pods would break the connections that iptables redirects, and Cilium's
    // redirect keeps no original destination.
    [Fact]
    public async Task Values_WithCiliumOrIptables_NeverRenderBoth()
    {
        var cilium = await Rendered.OfAsync("cilium");
        cilium.Container("redirect").ShouldBeNull();
        cilium.Arguments("proxy").ShouldNotContain("--require-original-destination", StringComparer.Ordinal);

        var iptables = await Rendered.OfAsync("defaults");
        iptables.Container("redirect").ShouldNotBeNull();
        iptables.Objects.ShouldNotContain(node => ((string)node["kind"]!).StartsWith("Cilium", StringComparison.Ordinal));
    }

    private static string[] Selected(JsonNode labels) => [.. labels.AsObject().Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal)];
}
