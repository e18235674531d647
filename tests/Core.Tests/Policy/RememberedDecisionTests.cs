using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class RememberedDecisionTests
{
    private const string Instance = "/metadata/instance?api-version=2021-02-01";

    private const string WebMayHaveVault = $$"""
        "allow":[{"path":"{{Scene.Token}}","identities":["web"],"resources":["{{Scene.Vault}}"]}]
        """;

    private static readonly PolicyRule ShopMayRead =
        Cluster.Rule("shop", [Cluster.Allow("/metadata/instance")], [], workload: Cluster.Namespace("shop"));

    [Fact]
    public void Decide_SameRequestAgain_ReturnsTheSameDecision()
    {
        var policy = Policy(ShopMayRead);
        var request = Cluster.Request(Instance);
        policy.Decide(Cluster.Web, request).ShouldBeSameAs(policy.Decide(Cluster.Web, request));
    }

    [Fact]
    public void Decide_SameRequestOfAnotherPod_IsDecidedForThatPod()
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
    public void Decide_MoreRequestsThanAreCached_IsStillCorrect()
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
    public void Compile_ReplacingAnotherPolicy_DecidesByTheNewOne()
    {
        var request = Cluster.Request(Instance);
        var before = Policy(ShopMayRead);
        before.Decide(Cluster.Web, request).ShouldBeOfType<Permit>();

        var after = PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce), before);

        after.Decide(Cluster.Web, request).ShouldBeOfType<Denial>();
        before.Decide(Cluster.Web, request).ShouldBeOfType<Permit>();
    }

    [Fact]
    public void DecideAnswer_SameAnswerAgain_ReturnsTheSameDecision()
    {
        var policy = Scene.Policy(WebMayHaveVault);
        var (request, answer) = (Scene.TokenRequest(), new CredentialAnswer(Scene.Web, Scene.Vault));
        policy.DecideAnswer(Scene.Pod, request, answer).ShouldBeOfType<Permit>().ShouldBeSameAs(policy.DecideAnswer(Scene.Pod, request, answer));
    }

    [Fact]
    public void DecideAnswer_DifferentAnswersToOneRequest_AreDecidedSeparately()
    {
        var policy = Scene.Policy(WebMayHaveVault);
        var request = Scene.TokenRequest();
        var answers = new[] { Scene.Web, Scene.Other }.Select(static id => new CredentialAnswer(id, Scene.Vault)).ToList();
        foreach (var answer in answers.Concat(answers).Concat(answers))
        {
            (policy.DecideAnswer(Scene.Pod, request, answer) is Permit).ShouldBe(answer.ClientId == Scene.Web);
        }
    }

    [Fact]
    public void DecideAnswer_UnderAnotherPolicy_UsesThatPolicy()
    {
        var (request, answer) = (Scene.TokenRequest(), new CredentialAnswer(Scene.Web, Scene.Vault));
        var before = Scene.Policy(WebMayHaveVault);
        before.DecideAnswer(Scene.Pod, request, answer).ShouldBeOfType<Permit>();

        var after = PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce), before);

        after.DecideAnswer(Scene.Pod, request, answer).ShouldBeOfType<Denial>();
    }

    private static PolicySnapshot Policy(params PolicyRule[] rules) => PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce, rules));
}
