using ImdsProxy.Redirect.Rules;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class RuleCheckTests
{
    [Fact]
    public void EmptyNode_Checked_ReportsEverythingMissing()
    {
        var check = RuleCheck.Of(SavedRules.Empty, Rules.Wanted);
        check.InPlace.ShouldBeFalse();
        check.Absent.ShouldBeTrue();
        check.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void Node_WithAllRules_IsInPlace()
    {
        var check = Rules.Check(Rules.Everything());
        check.Missing.ShouldBeEmpty();
        check.InPlace.ShouldBeTrue();
        check.IsOpen.ShouldBeFalse();
        check.NewestGeneration.ShouldBe(RuleSet.CurrentGeneration);
    }

    // The node asks the proxy whether it is ready, and nothing else of the node may connect to it.
    [Fact]
    public void HostPods_LetTheNodeAskTheProxyBeforeTheDrop()
    {
        var input = RuleSet.Of(Rules.Options with { HostPods = true }).Single(chain => chain.Hook == "INPUT");
        var probe = input.Rules.Single(rule => rule.StartsWith("-s 127.0.0.1/32 -d 10.1.0.4/32 -i lo -p tcp -m tcp --dport 16254 ", StringComparison.Ordinal));
        probe.ShouldEndWith(" -j RETURN");
        input.Rules.IndexOf(probe).ShouldBeLessThan(input.Rules.IndexOf(input.Rules.First(rule => rule.EndsWith("-j DROP", StringComparison.Ordinal))));
        RuleSet.Of(Rules.Options).SelectMany(chain => chain.Rules).ShouldNotContain(rule => rule.Contains("-s 127.0.0.1/32", StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "*nat\n-F PREROUTING\nCOMMIT", "missing: nat PREROUTING: " },
        { "*nat\n-F IMDS-PROXY-REDIRECT\nCOMMIT", "missing: nat IMDS-PROXY-REDIRECT: -d 169.254.169.254/32" },
        { "*mangle\n-F IMDS-PROXY-FORWARD\nCOMMIT", "missing: mangle IMDS-PROXY-FORWARD: " },
        { "*mangle\n-F POSTROUTING\nCOMMIT", "missing: mangle POSTROUTING: " },
        { "*mangle\n-F IMDS-PROXY-POSTROUTING\nCOMMIT", "missing: mangle IMDS-PROXY-POSTROUTING: " },
        { "*mangle\n-I POSTROUTING 1 -j ACCEPT\nCOMMIT", "displaced: mangle POSTROUTING: " },
        { "*security\n-F FORWARD\nCOMMIT", "missing: security FORWARD: " },
        { "*mangle\n-F INPUT\nCOMMIT", "missing: mangle INPUT: " },
        { "*raw\n-F PREROUTING\nCOMMIT", "missing: raw PREROUTING: " },
        { "*mangle\n-I IMDS-PROXY-FORWARD 1 -s 10.244.0.13/32 -j ACCEPT\nCOMMIT", "unexpected: mangle IMDS-PROXY-FORWARD: -s 10.244.0.13/32 -j ACCEPT" },
        { "*mangle\n-I FORWARD 1 -j ACCEPT\nCOMMIT", "displaced: mangle FORWARD: this rule runs before our jump: -j ACCEPT" },
        { "*mangle\n-I FORWARD 1 -p udp -j ACCEPT\nCOMMIT", "displaced: mangle FORWARD: " },
        { "*mangle\n-I FORWARD 1 -m mark --mark 0x1 -j ACCEPT\nCOMMIT", "displaced: mangle FORWARD: " },
        { "*mangle\n-I FORWARD 1 -d 168.63.129.16/32 -j ACCEPT\nCOMMIT", "displaced: mangle FORWARD: " },
        { "*security\n-I FORWARD 1 -j RETURN\nCOMMIT", "displaced: security FORWARD: " },
        { "*raw\n-I PREROUTING 1 -j ACCEPT\nCOMMIT", "displaced: raw PREROUTING: " },
        { "*mangle\n-I INPUT 1 -p tcp -m tcp --dport 16254 -j ACCEPT\nCOMMIT", "displaced: mangle INPUT: " },
        { "*nat\n-I PREROUTING 1 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.9.9.9:80\nCOMMIT", "displaced: nat PREROUTING: " },
        { "*mangle\n:MINE - [0:0]\n-A MINE -m mark --mark 0x1 -j ACCEPT\n-I FORWARD 1 -j MINE\nCOMMIT", "displaced: mangle FORWARD: " },
        { "*mangle\n:A - [0:0]\n:B - [0:0]\n-A A -j B\n-A B -j ACCEPT\n-I FORWARD 1 -j A\nCOMMIT", "displaced: mangle FORWARD: " },
        { "*mangle\n:KUBE-X - [0:0]\n-A KUBE-X -j ACCEPT\n-I FORWARD 1 -j KUBE-X\nCOMMIT", "displaced: mangle FORWARD: " },
        { "*mangle\n:A - [0:0]\n-I FORWARD 1 -g A\nCOMMIT", "displaced: mangle FORWARD: " },
        { "*raw\n-A PREROUTING -p tcp -j CT --notrack\nCOMMIT", "not tracked: raw PREROUTING" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damage_IsFoundAndNamed(string damage, string expected)
    {
        var check = Rules.Check(Rules.Everything(), damage);
        check.InPlace.ShouldBeFalse();
        check.Missing.ShouldContain(m => m.StartsWith(expected, StringComparison.Ordinal), string.Join('\n', check.Missing));
    }

    public static TheoryData<string> Harmless => new()
    {
        "*mangle\n-I FORWARD 1 -d 10.0.0.0/8 -j ACCEPT\nCOMMIT",
        "*mangle\n-I FORWARD 1 -i lo -j ACCEPT\nCOMMIT",
        "*mangle\n-I FORWARD 1 -d 169.254.169.254/32 -j DROP\nCOMMIT",
        "*mangle\n-I FORWARD 1 -j LOG\nCOMMIT",
        "*mangle\n-A FORWARD -j ACCEPT\nCOMMIT",
        "*mangle\n:A - [0:0]\n-A A -j RETURN\n-I FORWARD 1 -j A\nCOMMIT",
        "*mangle\n:A - [0:0]\n-A A -j A\n-I FORWARD 1 -j A\nCOMMIT",
        "*mangle\n-I INPUT 1 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT",
        "*nat\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.1.0.9:443\n-I PREROUTING 1 -j KUBE-SERVICES\nCOMMIT",
        "*nat\n:N - [0:0]\n-A N -j DNAT --to-destination 10.1.0.9:443\n-I PREROUTING 1 -m addrtype --dst-type LOCAL -j N\nCOMMIT",
        "*nat\n-I PREROUTING 1 -p udp -j ACCEPT\nCOMMIT",
        "*raw\n-A PREROUTING -p udp -j CT --notrack\nCOMMIT",
        "*filter\n-I FORWARD 1 -j ACCEPT\nCOMMIT",
    };

    [Theory]
    [MemberData(nameof(Harmless))]
    public void RuleOfOthers_ThatCannotSkipOurJump_IsLeftAlone(string addition) =>
        Rules.Check(Rules.Everything(), addition).Missing.ShouldBeEmpty();

    [Theory]
    [InlineData("cali-PREROUTING")]
    [InlineData("KUBE-FIREWALL")]
    [InlineData("CILIUM_PRE_raw")]
    public void OtherProductsJump_ThatOnlyMightSkipOurs_IsANote(string chain)
    {
        var check = Rules.Check(Rules.Everything(), $"*raw\n:{chain} - [0:0]\n-A {chain} -m mark --mark 0x1 -j ACCEPT\n-I PREROUTING 1 -j {chain}\nCOMMIT");
        check.InPlace.ShouldBeTrue();
        check.Notes.Single().ShouldContain(chain);
    }

    [Fact]
    public void Rules_OfANewerGeneration_AreRecognised() =>
        Rules.Check(Rules.Everything(Rules.Options with { Generation = 7 })).NewestGeneration.ShouldBe(7);

    // An upgrade must not record that pods could reach IMDS directly.
    [Theory]
    [InlineData(2, false)]
    [InlineData(7, false)]
    [InlineData(2, true, "*mangle\n-F FORWARD\nCOMMIT", "*security\n-F IMDS-PROXY-FORWARD\nCOMMIT")]
    [InlineData(2, true, "*mangle\n-F FORWARD\nCOMMIT", "*security\n-I IMDS-PROXY-FORWARD 1 -s 10.244.0.13/32 -j ACCEPT\nCOMMIT")]
    [InlineData(2, true, "*mangle\n-I FORWARD 1 -j ACCEPT\nCOMMIT", "*security\n-F FORWARD\nCOMMIT")]
    [InlineData(2, false, "*mangle\n-F FORWARD\nCOMMIT")]
    public void Rules_OfAnotherGeneration_GuardUnlessTheyAreDamaged(int generation, bool isOpen, params string[] damages)
    {
        var check = Rules.Check([Rules.Everything(Rules.Options with { Generation = generation }), .. damages]);
        check.InPlace.ShouldBeFalse();
        check.IsOpen.ShouldBe(isOpen);
    }

    [Fact]
    public void GuardsAlone_KeepImdsClosed() =>
        Rules.Check(Rules.Everything(), "*nat\n-F PREROUTING\nCOMMIT", "*mangle\n-I FORWARD 1 -j ACCEPT\nCOMMIT").IsOpen.ShouldBeFalse();
}
