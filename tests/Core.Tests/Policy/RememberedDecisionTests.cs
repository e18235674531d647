using System.Runtime.CompilerServices;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;
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
    public void Decide_SamePathWithAnotherMethod_IsDecidedSeparately()
    {
        var policy = Policy(Cluster.Rule("events", [Cluster.Allow("/metadata/scheduledevents")], []));
        foreach (var method in new[] { "GET", "POST", "GET" })
        {
            (policy.Decide(Cluster.Web, Cluster.Request("/metadata/scheduledevents", method)) is Permit).ShouldBe(method == "GET");
        }
    }

    [Fact]
    public void Decide_MoreRequestsThanAreCached_EvictsTheOldest()
    {
        var policy = Policy(ShopMayRead);
        var requests = Enumerable.Range(0, 17).Select(static n => Cluster.Request($"/metadata/versions?api-version={n}")).ToList();
        var first = policy.Decide(Cluster.Web, requests[0]);
        DecideAll(policy, requests[..16]);
        policy.Decide(Cluster.Web, requests[0]).ShouldBeSameAs(first);
        policy.Decide(Cluster.Web, requests[16]);
        policy.Decide(Cluster.Web, requests[0]).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void Decide_RelayedOrLongRequests_AreNotCached()
    {
        var policy = Policy(ShopMayRead);
        var request = Cluster.Request(Instance);
        var first = policy.Decide(Cluster.Web, request);
        DecideAll(policy, Enumerable.Range(0, 16).Select(_ => request.Relayed("Forwarded")));
        DecideAll(policy, Enumerable.Range(0, 16).Select(_ => OfLength(513)));
        policy.Decide(Cluster.Web, request).ShouldBeSameAs(first);

        var longest = OfLength(512);
        policy.Decide(Cluster.Web, longest).ShouldBeSameAs(policy.Decide(Cluster.Web, longest));

        static ImdsRequest OfLength(int length) => Cluster.Request((Instance + "&foo=").PadRight(length, 'a'));
    }

    // The cache of pods has a bound. When it is full, all entries are evicted at once.
    [Fact]
    public void Decide_MorePodsThanAreCached_EvictsThemAll()
    {
        var policy = Policy(ShopMayRead);
        var request = Cluster.Request(Instance);
        var first = policy.Decide(Cluster.Web, request).ShouldBeOfType<Permit>();
        var workload = DecideForPods(4095);
        policy.Decide(Cluster.Web, request).ShouldBeSameAs(first);
        IsHeld(workload).ShouldBeTrue();
        DecideForPods(1);
        policy.Decide(Cluster.Web, request).ShouldBeOfType<Permit>().ShouldNotBeSameAs(first);
        IsHeld(workload).ShouldBeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference DecideForPods(int count)
        {
            var pods = Enumerable.Range(0, count).Select(static n => new PodIdentity("logging", $"pod-{n}", $"{n}", "default", null, [])).ToList();
            foreach (var pod in pods)
            {
                policy.Decide(new Caller.Pod(pod), request).ShouldBeOfType<Denial>();
            }

            return new WeakReference(pods[0].Workload);
        }
    }

    // A pod chooses its paths, so their number in the cache is bounded. Another cache keeps the last 16 requests.
    [Fact]
    public void Decide_MorePathsThanAreCached_KeepsTheFirst()
    {
        var policy = Policy(ShopMayRead);
        var paths = DecideForPaths(200);
        GC.Collect();
        paths.Count(static path => path.IsAlive).ShouldBe(128 + 16);
        GC.KeepAlive(policy);

        [MethodImpl(MethodImplOptions.NoInlining)]
        List<WeakReference> DecideForPaths(int count)
        {
            var requests = Enumerable.Range(0, count).Select(static n => Cluster.Request($"/metadata/instance/{n}")).ToList();
            DecideAll(policy, requests);
            return [.. requests.Select(static request => new WeakReference(request.Path))];
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
    public void Compile_ReplacingAnotherPolicy_ReusesUnchangedRules()
    {
        var document = Cluster.Document(PolicyMode.Enforce, ShopMayRead);
        var before = PolicySnapshot.Compile(document);
        var after = PolicySnapshot.Compile(document with { Rules = [ShopMayRead, Cluster.Everything] }, before);
        after.Rules[0].ShouldBeSameAs(before.Rules[0]);
        after.Identities.ShouldBeSameAs(before.Identities);

        var others = PolicySnapshot.Compile(document with { Identities = [Cluster.Kubelet] }, before);
        others.Rules[0].ShouldNotBeSameAs(before.Rules[0]);
        others.Identities.ShouldNotBeSameAs(before.Identities);
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

    private static bool IsHeld(WeakReference reference)
    {
        GC.Collect();
        return reference.IsAlive;
    }

    private static void DecideAll(PolicySnapshot policy, IEnumerable<ImdsRequest> requests)
    {
        foreach (var request in requests)
        {
            policy.Decide(Cluster.Web, request);
        }
    }

    private static PolicySnapshot Policy(params PolicyRule[] rules) => PolicySnapshot.Compile(Cluster.Document(PolicyMode.Enforce, rules));
}
