using ImdsProxy.Core.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class RememberedDecisionTests
{
    private const string Instance = "/metadata/instance?api-version=2021-02-01";

    private static readonly PolicyRule ShopMayRead =
        Cluster.Rule("shop", [Cluster.Allow("/metadata/instance")], [], workload: Cluster.Namespace("shop"));

    [Fact]
    public void Decide_TheSameRequestOfThePodAgain_IsTheSameDecision()
    {
        var policy = Policy(ShopMayRead);
        var request = Cluster.Request(Instance);
        policy.Decide(Cluster.Web, request).ShouldBeSameAs(policy.Decide(Cluster.Web, request));
    }

    [Fact]
    public void Decide_TheSameRequestOfAnotherPod_IsThatPods()
    {
        var policy = Policy(ShopMayRead);
        var request = Cluster.Request(Instance);
        foreach (var caller in Cluster.Callers.Concat(Cluster.Callers))
        {
            var decision = policy.Decide(caller, request);
            decision.Caller.ShouldBe(caller);
            (decision is Permit).ShouldBe(caller == Cluster.Web);
        }
    }

    [Fact]
    public void Decide_MoreRequestsThanAreRemembered_IsRightAllTheSame()
    {
        var policy = Policy(ShopMayRead);
        var requests = Enumerable.Range(0, 100).Select(n => Cluster.Request(n % 2 == 0 ? Instance : $"/metadata/versions?api-version={n}")).ToList();
        foreach (var request in requests.Concat(requests))
        {
            var decision = policy.Decide(Cluster.Web, request);
            decision.Request.ShouldBeSameAs(request);
            (decision is Permit).ShouldBe(request.Path == "/metadata/instance");
        }
    }

    [Fact]
    public void Compile_InPlaceOfAnother_DecidesByTheNewOne()
    {
        var request = Cluster.Request(Instance);
        var before = Policy(ShopMayRead);
        before.Decide(Cluster.Web, request).ShouldBeOfType<Permit>();

        var after = PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce), before);

        after.Decide(Cluster.Web, request).ShouldBeOfType<Denial>();
        before.Decide(Cluster.Web, request).ShouldBeOfType<Permit>();
    }

    private static PolicySnapshot Policy(params PolicyRule[] rules) => PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce, rules));
}
