using ImdsProxy.Redirect.Rules;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>Rules that take the node's own connections to IMDS, and rules that other products have on every node.</summary>
public sealed class OutputRulesTests
{
    public static TheoryData<string, string?> Tables => new()
    {
        { "*nat\n-A OUTPUT -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:2579\nCOMMIT", "nft nat OUTPUT: -d 169.254.169.254/32" },
        { "*nat\n-A OUTPUT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT", "nft nat OUTPUT: -p tcp" },
        { "*nat\n-A OUTPUT -p tcp -m owner --uid-owner 1337 -j REDIRECT --to-ports 15001\nCOMMIT", "nft nat OUTPUT: -p tcp -m owner" },
        { "*nat\n:A - [0:0]\n:B - [0:0]\n-A OUTPUT -j A\n-A A -d 169.254.0.0/16 -j B\n-A B -p tcp -j DNAT --to-destination 127.0.0.1:1\nCOMMIT", "nft nat B: -p tcp" },
        { "*raw\n-A OUTPUT -p tcp -j CT --notrack\nCOMMIT", "nft raw OUTPUT: -p tcp" },
        { "*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-SVC - [0:0]\n:KUBE-NODEPORTS - [0:0]\n-A OUTPUT -m comment --comment \"kubernetes service portals\" -j KUBE-SERVICES\n-A KUBE-SERVICES -d 10.0.0.1/32 -p tcp -m tcp --dport 443 -j KUBE-SVC\n-A KUBE-SVC -p tcp -j DNAT --to-destination 10.1.0.9:443\n-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS\n-A KUBE-NODEPORTS -p tcp -j DNAT --to-destination 10.1.0.9:1\nCOMMIT", null },
        { "*nat\n:DOCKER - [0:0]\n-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER\n-A DOCKER -p tcp -j DNAT --to-destination 172.17.0.2:80\nCOMMIT", null },
        { "*nat\n-A OUTPUT -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j ACCEPT\nCOMMIT", null },
        { "*raw\n-A OUTPUT -s 169.254.20.10/32 -p tcp -m tcp --sport 53 -j CT --notrack\n-A OUTPUT -d 169.254.20.10/32 -p tcp -m tcp --dport 53 -j CT --notrack\nCOMMIT", null },
        { "*nat\n:A - [0:0]\n-A OUTPUT -j A\n-A A -j A\nCOMMIT", null },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Rules_OfTheNodesOwnPackets_AreFoundIfTheyTakeImds(string rules, string? expected)
    {
        var found = OutputRules.Ahead("nft", SavedRules.Parse(rules)).ToList();
        if (expected is null)
        {
            found.ShouldBeEmpty();
        }
        else
        {
            found.ShouldHaveSingleItem().ShouldStartWith(expected);
        }
    }
}
