using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class RuleIndexTests
{
    [Theory]
    [InlineData("shop", "anyone,shop,s-star,star,shop-and-logging,shop-and-any-web,twice")]
    [InlineData("logging", "anyone,star,shop-and-logging")]
    [InlineData("s", "anyone,s-star,star")]
    [InlineData("infected", "anyone,star")]
    public void Of_Namespace_ReturnsEachApplicableRuleOnce(string ns, string expected)
    {
        var identities = new IdentityTable([]);
        var index = new RuleIndex(
        [
            .. new[]
            {
                Rule("anyone", Cluster.Anyone),
                Rule("shop", Cluster.Namespace("shop")),
                Rule("s-star", Cluster.Namespace("s*")),
                Rule("star", Cluster.Namespace("*")),
                Rule("shop-and-logging", Cluster.Namespace("shop"), Cluster.Namespace("logging")),
                Rule("shop-and-any-web", Cluster.Namespace("shop"), new WorkloadMatch(default, ["web"], default, default)),
                Rule("twice", Cluster.Namespace("shop"), Cluster.Namespace("shop")),
                Rule("not-shop", Cluster.Anyone) with { Except = [Cluster.Anyone] },
            }.Select(rule => new CompiledRule(rule, identities)),
        ]);
        var workload = new PodIdentity(ns, "pod", "uid", "default", null, []).Workload;

        index.Of(workload).Select(static rule => rule.Source.Name).ShouldBe(expected.Split(','), ignoreOrder: true);
    }

    private static PolicyRule Rule(string name, params WorkloadMatch[] workloads) => Cluster.Rule(name, [], []) with { Workloads = [.. workloads] };
}
