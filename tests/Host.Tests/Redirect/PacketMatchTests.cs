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
    [InlineData("-j ACCEPT", MatchResult.Certain)]
    [InlineData("-d 169.254.169.254/32 -j ACCEPT", MatchResult.Certain)]
    [InlineData("-d 169.254.0.0/16 -j ACCEPT", MatchResult.Certain)]
    [InlineData("-d 10.0.0.0/8 -j ACCEPT", MatchResult.No)]
    [InlineData("! -d 169.254.169.254/32 -j ACCEPT", MatchResult.No)]
    [InlineData("! -d 10.0.0.0/8 -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p tcp -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p 6 -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p all -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p udp -j ACCEPT", MatchResult.No)]
    [InlineData("! -p tcp -j ACCEPT", MatchResult.No)]
    [InlineData("-p tcp -m tcp --dport 80 -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p tcp -m tcp --dport 1:100 -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p tcp -m multiport --dports 443,80 -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p tcp -m multiport --dports 443,8000:8100 -j ACCEPT", MatchResult.No)]
    [InlineData("-p tcp -m tcp ! --dport 80 -j ACCEPT", MatchResult.No)]
    [InlineData("-s 10.244.0.0/16 -j ACCEPT", MatchResult.Possible)]
    [InlineData("-i eth0 -j ACCEPT", MatchResult.Possible)]
    [InlineData("-i lo -j ACCEPT", MatchResult.No)]
    [InlineData("! -i lo -j ACCEPT", MatchResult.Certain)]
    [InlineData("-m mark --mark 0x1 -j ACCEPT", MatchResult.Possible)]
    [InlineData("-m conntrack --ctstate ESTABLISHED -j ACCEPT", MatchResult.Possible)]
    [InlineData("-m addrtype --dst-type LOCAL -j ACCEPT", MatchResult.No)]
    [InlineData("-m addrtype ! --dst-type LOCAL -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p tcp -m mark --mark 0x1 -d 10.0.0.1/32 -j ACCEPT", MatchResult.No)]
    public void Rule_ForARequestToImds_MatchesAsItsConditionsSay(string rule, object expected) =>
        PacketMatch.Of(RuleParser.Parse(rule), HttpToImds).ShouldBe(expected);

    [Theory]
    [InlineData("-p udp -j ACCEPT", MatchResult.Certain)]
    [InlineData("! -p tcp -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p tcp -m tcp --dport 8080 -j ACCEPT", MatchResult.Certain)]
    public void Rule_ForSomeProtocols_MatchesSomeOfAnyPacket(string rule, object expected) =>
        PacketMatch.Of(RuleParser.Parse(rule), AnyToImds).ShouldBe(expected);

    [Theory]
    [InlineData("-d 10.1.0.4/32 -j ACCEPT", MatchResult.Possible)]
    [InlineData("-m addrtype --dst-type LOCAL -j ACCEPT", MatchResult.Certain)]
    [InlineData("-p tcp -m tcp --dport 22 -j ACCEPT", MatchResult.No)]
    [InlineData("-p tcp -m tcp --dport 16254 -j ACCEPT", MatchResult.Certain)]
    public void Rule_ForThePortOfTheNode_TreatsItAsLocal(string rule, object expected) =>
        PacketMatch.Of(RuleParser.Parse(rule), ToNodePort).ShouldBe(expected);
}
