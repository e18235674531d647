using ImdsProxy.Redirect.Rules;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class RuleParserTests
{
    [Theory]
    // The rule as we write it, and as iptables-nft-save and iptables-legacy-save print it.
    [InlineData("-d 10.0.0.1/32 -j DROP", "-d 10.0.0.1 -j DROP")]
    [InlineData("! -i lo -p tcp -m tcp --dport 16255 -j DROP", "-p tcp -m tcp ! -i lo --dport 16255 -j DROP")]
    [InlineData("-m conntrack --ctdir ORIGINAL --ctorigdst 169.254.169.254 --ctorigdstport 80 -j RETURN", "-m conntrack --ctorigdst 169.254.169.254 --ctorigdstport 80 --ctdir ORIGINAL -j RETURN")]
    [InlineData("-m comment --comment \"imds-proxy g1: a b\" -d 10.0.0.1/32 -j DROP", "-d 10.0.0.1/32 -m comment --comment \"imds-proxy g1: a b\" -j DROP")]
    [InlineData("-m comment --comment word -j DROP", "-m comment --comment \"word\" -j DROP")]
    [InlineData("--destination 10.0.0.1 --protocol tcp --jump DROP", "-d 10.0.0.1/32 -p tcp -j DROP")]
    public void Rules_WrittenInTwoWays_AreEqual(string one, string other) =>
        RuleParser.Parse(one).Canonical.ShouldBe(RuleParser.Parse(other).Canonical);

    [Theory]
    [InlineData("-d 10.0.0.1/32 -j DROP", "! -d 10.0.0.1/32 -j DROP")]
    [InlineData("-d 10.0.0.1/32 -j DROP", "-d 10.0.0.1/31 -j DROP")]
    [InlineData("-d 10.0.0.1/32 -j DROP", "-d 10.0.0.1/32 -j ACCEPT")]
    [InlineData("-d 10.0.0.1/32 -j DROP", "-s 10.0.0.1/32 -j DROP")]
    [InlineData("-p tcp --dport 80 -j DROP", "-p tcp --sport 80 -j DROP")]
    [InlineData("-j IMDS-PROXY-RAW", "-g IMDS-PROXY-RAW")]
    [InlineData("-m comment --comment \"imds-proxy g1: jump\" -j X", "-m comment --comment \"imds-proxy g2: jump\" -j X")]
    [InlineData("-d 10.0.0.1/32 -j DROP", "-d 10.0.0.1/32 -m comment --comment \"-j DROP\" -j DROP")]
    public void Rules_ThatDiffer_AreNotEqual(string one, string other) =>
        (RuleParser.Parse(one).Canonical == RuleParser.Parse(other).Canonical).ShouldBeFalse();

    [Theory]
    [InlineData("-m comment --comment \"a \\\"quoted\\\" -j ACCEPT\" -j DROP", "DROP", "a \"quoted\" -j ACCEPT")]
    [InlineData("-m comment --comment \"! -d\" -j DROP", "DROP", "! -d")]
    [InlineData("-p tcp", null, null)]
    [InlineData("", null, null)]
    public void Comment_ThatLooksLikeOptions_IsNotParsedAsOptions(string text, string? target, string? comment)
    {
        var rule = RuleParser.Parse(text);
        rule.Target.ShouldBe(target);
        rule.Comment.ShouldBe(comment);
    }

    [Theory]
    [InlineData("imds-proxy g1: jump", 1)]
    [InlineData("imds-proxy g12: jump", 12)]
    [InlineData("imds-proxy g: jump", null)]
    [InlineData("imds-proxy gx: jump", null)]
    [InlineData("imds-proxy g1", null)]
    [InlineData("another g1: jump", null)]
    [InlineData(null, null)]
    public void Generation_OfAComment_IsReadOnlyFromOurs(string? comment, int? generation) =>
        RuleMark.Generation(comment).ShouldBe(generation);
}
