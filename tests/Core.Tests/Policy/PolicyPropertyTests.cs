using FsCheck;
using FsCheck.Fluent;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PolicyPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    private static readonly Gen<Case> Cases =
        from document in PolicyGenerators.Document
        from caller in PolicyGenerators.Caller
        from request in PolicyGenerators.Request
        from rule in PolicyGenerators.Rule
        from order in Gen.Choose(0, int.MaxValue - 1)
        select new Case(document, caller, request, rule, order);

    [Fact]
    public void Deny_Added_NeverPermitsMore() => ForEach(test =>
    {
        var deny = test.Rule with { Name = "added", Allow = [] };
        var before = Ranks(test.Document, test);
        var after = Ranks(test.Document with { Rules = test.Document.Rules.Add(deny) }, test);
        after.Zip(before).ShouldAllBe(pair => pair.First <= pair.Second);
    });

    [Fact]
    public void Allow_Added_NeverPermitsLess() => ForEach(test =>
    {
        var allow = test.Rule with { Name = "added", Mode = null, Deny = [] };
        var before = Ranks(test.Document, test);
        var after = Ranks(test.Document with { Rules = test.Document.Rules.Add(allow) }, test);
        after.Zip(before).ShouldAllBe(pair => pair.First >= pair.Second);
    });

    [Fact]
    public void Order_OfRulesAndPermissions_NeverMatters() => ForEach(test =>
    {
        var random = new Random(test.Order);
        var shuffled = test.Document with
        {
            Rules = [.. Shuffled(random, test.Document.Rules).Select(rule => rule with { Allow = [.. Shuffled(random, rule.Allow)], Deny = [.. Shuffled(random, rule.Deny)] })],
        };
        Decisions(shuffled, test).ShouldBe(Decisions(test.Document, test));
    });

    [Fact]
    public void AuditMode_OfAnyPolicy_PermitsWhatEnforceModePermits() => ForEach(test =>
    {
        var audit = Ranks(test.Document with { Mode = PolicyMode.Audit, ModeExceptions = [] }, test);
        var enforce = Ranks(test.Document with { Mode = PolicyMode.Enforce, ModeExceptions = [] }, test);
        audit.Zip(enforce).ShouldAllBe(pair => pair.First >= pair.Second);
    });

    [Fact]
    public void EnforceMode_CallerThatIsNotAPod_IsNeverPermitted() => ForEach(test =>
    {
        if (test.Caller is not Caller.Pod)
        {
            PolicySnapshot.Compile(test.Document with { Mode = PolicyMode.Enforce }).Decide(test.Caller, test.Request).ShouldBeOfType<Denial>();
        }
    });

    [Fact]
    public void Decide_Twice_IsTheSame() => ForEach(test =>
    {
        var policy = PolicySnapshot.Compile(test.Document);
        Text(policy.Decide(test.Caller, test.Request)).ShouldBe(Text(policy.Decide(test.Caller, test.Request)));
    });

    // A permit for the request is only the permission to ask IMDS; the answer is decided again.
    [Fact]
    public void Answer_OfADeniedRequest_IsDenied() => ForEach(test =>
    {
        var policy = PolicySnapshot.Compile(test.Document);
        if (test.Request.Endpoint.IssuesCredential && policy.Decide(test.Caller, test.Request) is Denial)
        {
            policy.DecideAnswer(test.Caller, test.Request, Cluster.AnswerTo(test.Request)).ShouldBeOfType<Denial>();
        }
    });

    [Fact]
    public void Generators_ProduceAllKindsOfDecisions()
    {
        var ranks = new int[3];
        ForEach(test => ranks[Rank(PolicySnapshot.Compile(test.Document).Decide(test.Caller, test.Request))]++);

        ranks.ShouldAllBe(count => count > 60);
    }

    private static int[] Ranks(PolicyDocument document, Case test)
    {
        var policy = PolicySnapshot.Compile(document);
        int[] ranks = [Rank(policy.Decide(test.Caller, test.Request)), policy.DecideProbe(test.Caller, test.Request) is { Mode: PolicyMode.Enforce } ? 0 : 1];
        return test.Request.Endpoint.IssuesCredential
            ? [.. ranks, Rank(policy.DecideAnswer(test.Caller, test.Request, Cluster.AnswerTo(test.Request)))]
            : ranks;
    }

    private static int Rank(Decision decision) => decision is not Permit permit ? 0 : permit.Shadow is null ? 2 : 1;

    private static string Decisions(PolicyDocument document, Case test)
    {
        var policy = PolicySnapshot.Compile(document);
        var texts = $"{Text(policy.Decide(test.Caller, test.Request))}; {Text(policy.DecideProbe(test.Caller, test.Request))}";
        return test.Request.Endpoint.IssuesCredential
            ? $"{texts}; {Text(policy.DecideAnswer(test.Caller, test.Request, Cluster.AnswerTo(test.Request)))}"
            : texts;
    }

    private static string Text(Decision? decision)
    {
        var denial = decision as Denial ?? (decision as Permit)?.Shadow;
        return $"{decision?.GetType().Name} {decision?.Reason} {decision?.Rule} {decision?.Mode} {denial?.Mode} {denial?.Quiet}";
    }

    private static T[] Shuffled<T>(Random random, IEnumerable<T> items)
    {
        var array = items.ToArray();
        random.Shuffle(array);
        return array;
    }

    private static void ForEach(Action<Case> check) => Prop.ForAll(Cases.ToArbitrary(), check).Check(Many);

    private sealed record Case(PolicyDocument Document, Caller Caller, ImdsRequest Request, PolicyRule Rule, int Order);
}
