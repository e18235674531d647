using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

public sealed class ChoiceTests
{
    private const string Nothing = "";
    private const string One = "*filter\n-A FORWARD -j ACCEPT\nCOMMIT";
    private const string Two = "*filter\n-A FORWARD -j ACCEPT\n-A INPUT -j ACCEPT\nCOMMIT";
    private const string Hint = "*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT";
    private const string Ours = "*nat\n:IMDS-PROXY-REDIRECT - [0:0]\n-A PREROUTING -m comment --comment \"imds-proxy g1: jump\" -j IMDS-PROXY-REDIRECT\nCOMMIT";

    [Theory]
    [InlineData("auto", Nothing, Nothing, Backend.Nft)]
    [InlineData("auto", One, Two, Backend.Legacy)]
    [InlineData("auto", Two, One, Backend.Nft)]
    [InlineData("auto", Hint, Two, Backend.Nft)]
    [InlineData("auto", Two, Hint, Backend.Legacy)]
    [InlineData("auto", Ours, One, Backend.Legacy)]
    [InlineData("auto", Nothing, Ours, Backend.Legacy)]
    [InlineData("auto", null, Nothing, Backend.Legacy)]
    [InlineData("auto", Nothing, null, Backend.Nft)]
    [InlineData("legacy", Two, Nothing, Backend.Legacy)]
    [InlineData("nft", Nothing, Two, Backend.Nft)]
    public void Backend_Chosen_IsTheOneInUse(string wanted, string? nft, string? legacy, object expected)
    {
        var (view, why) = BackendChoice.Of(wanted, View(Backend.Nft, nft), View(Backend.Legacy, legacy));
        view.Backend.ShouldBe(expected);
        why.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("auto", null, null)]
    [InlineData("nft", null, Nothing)]
    [InlineData("legacy", Nothing, null)]
    public void Backend_Missing_IsRefused(string wanted, string? nft, string? legacy) =>
        Should.Throw<RedirectRefusal>(() => BackendChoice.Of(wanted, View(Backend.Nft, nft), View(Backend.Legacy, legacy))).Message.ShouldContain("missing");

    [Fact]
    public void Backend_ThatFails_IsNotTreatedAsEmpty()
    {
        var broken = new BackendView(Backend.Nft, "iptables-nft", SavedRules.Empty, "broken");
        BackendChoice.Of("auto", broken, View(Backend.Legacy, Nothing)).View.Backend.ShouldBe(Backend.Legacy);
        Should.Throw<IptablesFailure>(() => BackendChoice.Of("nft", broken, View(Backend.Legacy, Nothing)));
    }

    [Theory]
    [InlineData("*filter\n-A FORWARD ! -s 10.1.0.4/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -m comment --comment \"AKS managed: added by AgentBaker ensureIMDSRestriction for IMDS restriction feature\" -j DROP\nCOMMIT", "AKS's own IMDS restriction")]
    [InlineData("*mangle\n-A FORWARD -d 169.254.169.254/32 -j DROP\nCOMMIT", "mangle FORWARD")]
    [InlineData("*filter\n-A FORWARD -d 169.254.0.0/16 -j REJECT --reject-with icmp-port-unreachable\nCOMMIT", "REJECT")]
    [InlineData("*filter\n:BLOCKS - [0:0]\n-A FORWARD -s 10.244.0.0/16 -j BLOCKS\n-A BLOCKS -d 169.254.169.254/32 -j DROP\nCOMMIT", "filter BLOCKS")]
    public void ExistingBlock_IsFoundAndNamed(string rules, string expected) =>
        ExistingBlocks.Of("nft", SavedRules.Parse(rules)).Single().ShouldContain(expected);

    [Theory]
    [InlineData("*filter\n-A FORWARD -j DROP\nCOMMIT")]
    [InlineData("*filter\n-A FORWARD -d 10.0.0.0/8 -j DROP\nCOMMIT")]
    [InlineData("*filter\n-A FORWARD ! -d 169.254.169.254/32 -j DROP\nCOMMIT")]
    [InlineData("*filter\n-A FORWARD -d 169.254.169.254/32 -p udp -j DROP\nCOMMIT")]
    [InlineData("*filter\n-A FORWARD -d 169.254.169.254/32 -j ACCEPT\nCOMMIT")]
    [InlineData("*filter\n-A INPUT -d 169.254.169.254/32 -j DROP\nCOMMIT")]
    [InlineData("*filter\n-A FORWARD -d 168.63.129.16/32 -p tcp -m tcp --dport 80 -j DROP\nCOMMIT")]
    public void OtherRule_IsNotAnExistingBlock(string rules) =>
        ExistingBlocks.Of("nft", SavedRules.Parse(rules)).ShouldBeEmpty();

    [Fact]
    public void OwnGuards_AreNotAnExistingBlock() =>
        ExistingBlocks.Of("nft", Rules.After(Rules.Everything())).ShouldBeEmpty();

    [Theory]
    [InlineData("auto", "kubernetes.azure.com/ebpf-host-routing=\"true\"", true)]
    [InlineData("auto", "kubernetes.azure.com/ebpf-host-routing=false\na=b", false)]
    [InlineData("auto", "", false)]
    [InlineData("yes", "", true)]
    [InlineData("no", "kubernetes.azure.com/ebpf-host-routing=true", false)]
    public void EbpfHostRouting_IsRefused(string setting, string labels, bool refused)
    {
        void Check() => HostRouting.Check(setting, HostRouting.ParseLabels(labels));
        if (refused)
        {
            Should.Throw<RedirectRefusal>(Check);
        }
        else
        {
            Should.NotThrow(Check);
        }
    }

    private static BackendView View(Backend backend, string? rules) => new(
        backend, rules is null ? null : $"iptables-{backend}", rules is null ? SavedRules.Empty : SavedRules.Parse(rules));
}
