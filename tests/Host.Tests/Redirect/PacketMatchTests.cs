using System.Net;
using ImdsProxy.Redirect.Rules;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class PacketMatchTests
{
    private static readonly PacketShape HttpToImds = new(IPAddress.Parse("169.254.169.254"), "tcp", [80]);
    private static readonly PacketShape AnyToImds = new(IPAddress.Parse("169.254.169.254"), null, []);
    private static readonly PacketShape ToNodePort = new(null, "tcp", [16254]);

    [Theory]
    [InlineData("-j ACCEPT", Likelihood.Surely)]
    [InlineData("-d 169.254.169.254/32 -j ACCEPT", Likelihood.Surely)]
    [InlineData("-d 169.254.0.0/16 -j ACCEPT", Likelihood.Surely)]
    [InlineData("-d 10.0.0.0/8 -j ACCEPT", Likelihood.No)]
    [InlineData("! -d 169.254.169.254/32 -j ACCEPT", Likelihood.No)]
    [InlineData("! -d 10.0.0.0/8 -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p tcp -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p 6 -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p all -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p udp -j ACCEPT", Likelihood.No)]
    [InlineData("! -p tcp -j ACCEPT", Likelihood.No)]
    [InlineData("-p tcp -m tcp --dport 80 -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p tcp -m tcp --dport 1:100 -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p tcp -m multiport --dports 443,80 -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p tcp -m multiport --dports 443,8000:8100 -j ACCEPT", Likelihood.No)]
    [InlineData("-p tcp -m tcp ! --dport 80 -j ACCEPT", Likelihood.No)]
    [InlineData("-s 10.244.0.0/16 -j ACCEPT", Likelihood.Maybe)]
    [InlineData("-i eth0 -j ACCEPT", Likelihood.Maybe)]
    [InlineData("-i lo -j ACCEPT", Likelihood.No)]
    [InlineData("! -i lo -j ACCEPT", Likelihood.Surely)]
    [InlineData("-m mark --mark 0x1 -j ACCEPT", Likelihood.Maybe)]
    [InlineData("-m conntrack --ctstate ESTABLISHED -j ACCEPT", Likelihood.Maybe)]
    [InlineData("-m addrtype --dst-type LOCAL -j ACCEPT", Likelihood.No)]
    [InlineData("-m addrtype ! --dst-type LOCAL -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p tcp -m mark --mark 0x1 -d 10.0.0.1/32 -j ACCEPT", Likelihood.No)]
    public void Rule_ForARequestToImds_MatchesAsItsConditionsSay(string rule, object likelihood) =>
        PacketMatch.Of(RuleText.Parse(rule), HttpToImds).ShouldBe(likelihood);

    [Theory]
    [InlineData("-p udp -j ACCEPT", Likelihood.Surely)]
    [InlineData("! -p tcp -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p tcp -m tcp --dport 8080 -j ACCEPT", Likelihood.Surely)]
    public void Rule_ForSomeProtocols_MatchesSomePackets(string rule, object likelihood) =>
        PacketMatch.Of(RuleText.Parse(rule), AnyToImds).ShouldBe(likelihood);

    [Theory]
    [InlineData("-d 10.1.0.4/32 -j ACCEPT", Likelihood.Maybe)]
    [InlineData("-m addrtype --dst-type LOCAL -j ACCEPT", Likelihood.Surely)]
    [InlineData("-p tcp -m tcp --dport 22 -j ACCEPT", Likelihood.No)]
    [InlineData("-p tcp -m tcp --dport 16254 -j ACCEPT", Likelihood.Surely)]
    public void Rule_ForTheNodesPort_TreatsItAsLocal(string rule, object likelihood) =>
        PacketMatch.Of(RuleText.Parse(rule), ToNodePort).ShouldBe(likelihood);
}
