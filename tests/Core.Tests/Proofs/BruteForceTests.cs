using System.Collections.Immutable;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>
/// Compares the proofs with enumeration. What enumeration finds, a proof must find as well; what a proof finds, it has shown to the
/// real decider itself.
/// </summary>
public sealed class BruteForceTests
{
    private const int PointsOfEachPair = 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compare_OfRandomPairs_FindsWhatEnumerationFinds(bool isPlain)
    {
        var found = 0;
        foreach (var seed in ProofScale.Seeds)
        {
            var random = new Random(seed);
            var policies = new RandomPolicies(random);
            var a = policies.Policy(6);
            var b = random.Next(4) == 0 ? policies.Policy(6) : policies.Edited(random.Next(2) == 0 ? a : policies.Edited(a));
            (a, b) = isPlain ? RandomPolicies.Plain(a, b) : (a, b);
            var assumption = (Assumption)random.Next(3);
            var comparison = PolicyProofs.Compare(a, b, assumption);
            comparison.Verdict.ShouldBe(ProofVerdict.Complete, $"seed {seed}");
            var sides = new[] { PolicySide.Of(a, assumption).Decider, PolicySide.Of(b, assumption).Decider };
            for (var point = 0; point < PointsOfEachPair; point++)
            {
                found += Check(seed, random, a, b, assumption, comparison, sides) ? 1 : 0;
            }
        }

        found.ShouldBeGreaterThan(ProofScale.Policies, "the random policies must differ often");
    }

    // Enumeration takes samples of the requests. The comparison without any shortcut leaves out none.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compare_OfRandomPairs_SaysTheSameWithoutShortcuts(bool isPlain)
    {
        foreach (var seed in ProofScale.Seeds)
        {
            var policies = new RandomPolicies(new Random(seed));
            var a = policies.Policy(12);
            var b = policies.Edited(policies.Edited(a));
            (a, b) = isPlain ? RandomPolicies.Plain(a, b) : (a, b);
            var assumption = (Assumption)(seed % 3);
            var quick = PolicyProofs.Compare(a, b, assumption);
            var whole = Comparing.Of(a, b, assumption, null, PolicyProofs.DefaultBudget, keepsAll: true);

            (quick.Verdict, whole.Verdict).ShouldBe((ProofVerdict.Complete, ProofVerdict.Complete), $"seed {seed}");
            Kinds(quick).ShouldBe(Kinds(whole), $"seed {seed}");
        }
    }

    [Fact]
    public void Never_OfRandomPolicies_FailsWhereEnumerationFindsAPermit()
    {
        var found = 0;
        foreach (var seed in ProofScale.Seeds)
        {
            var random = new Random(seed);
            var policies = new RandomPolicies(random);
            var policy = policies.Policy(8);
            var goal = policies.Deny(policy.Identities);
            var workload = policies.Workload();
            var assumption = (Assumption)random.Next(3);
            var never = PolicyProofs.Never(policy, [workload], [], [goal], assumption);
            var holders = PolicyProofs.WhoCan(policy, goal, assumption);
            (never.Verdict, holders.Verdict).ShouldBe((ProofVerdict.Complete, ProofVerdict.Complete), $"seed {seed}");
            var decider = PolicySide.Of(policy, assumption).Decider;
            var rule = new CompiledRule(new PolicyRule("goal", null, null, [], [], [], [goal]), decider.Identities).Denies[0];
            for (var point = 0; point < PointsOfEachPair; point++)
            {
                var caller = Points.Caller(random);
                var request = Points.Request(random);
                var answer = Points.Answer(random, request);
                var question = answer is null ? Question.Before(request, decider.Identities) : Question.After(request, answer);
                if (rule.MatchPath(request) == MatchResult.Match
                    && rule.MatchDetails(question) == MatchResult.Match
                    && Points.Decide(decider, caller, request, answer).Outcome == Outcome.Permitted)
                {
                    found++;
                    holders.Answers.ShouldNotBeEmpty($"seed {seed}: {Text(caller, request, answer)}");
                    if (workload.Matches(caller.Identity.Workload))
                    {
                        never.Holds.ShouldBeFalse($"seed {seed}: {Text(caller, request, answer)}");
                    }
                }
            }
        }

        found.ShouldBeGreaterThan(ProofScale.Policies, "the random policies must permit often");
    }

    private static bool Check(
        int seed, Random random, PolicyDocument a, PolicyDocument b, Assumption assumption, Comparison comparison, PolicySnapshot[] sides)
    {
        var caller = Points.Caller(random);
        var request = Points.Request(random);
        var answer = Points.Answer(random, request);
        var before = Points.Decide(sides[0], caller, request, answer);
        var after = Points.Decide(sides[1], caller, request, answer);
        var text = $"seed {seed}: {Text(caller, request, answer)}: {before} and {after}";
        var kind = KindOf(before, after, request);
        if (kind is null || (kind.Value.Kind == DifferenceKind.Quiet && (!request.Extra.IsEmpty || IsOfAnother(sides, caller, request, answer))))
        {
            return false;
        }

        Of(comparison, kind.Value).ShouldContain(difference => difference.Kind == kind.Value.Kind, text);
        if (random.Next(4) == 0)
        {
            // The same must be found for this workload alone.
            var pod = caller.Identity;
            var only = new WorkloadMatch([pod.Namespace], [pod.ServiceAccount], pod.Owner is null ? default : [pod.Owner], [.. pod.Labels]);
            var scoped = Comparing.Of(a, b, assumption, new Scope([only], pod.Owner is null ? [new WorkloadMatch(default, default, ["*"], [])] : []), PolicyProofs.DefaultBudget);
            Of(scoped, kind.Value).ShouldContain(difference => difference.Kind == kind.Value.Kind, text);
        }

        return true;
    }

    private static (DifferenceKind Kind, bool IsMore)? KindOf(
        (Outcome Outcome, DocumentView? View) before, (Outcome Outcome, DocumentView? View) after, ImdsRequest request)
    {
        if (before.Outcome == after.Outcome)
        {
            return before.Outcome != Outcome.Permitted ? null
                : ViewDifference.Of(before.View, after.View, request.Path).Count > 0 ? (DifferenceKind.Fields, true)
                : ViewDifference.Of(after.View, before.View, request.Path).Count > 0 ? (DifferenceKind.Fields, false)
                : null;
        }

        return after.Outcome == Outcome.Permitted ? (DifferenceKind.Access, true)
            : before.Outcome == Outcome.Permitted ? (DifferenceKind.Access, false)
            : (DifferenceKind.Quiet, after.Outcome == Outcome.DeniedQuietly);
    }

    // Whether IMDS answers with another identity than the one asked for, which is denied in any case.
    private static bool IsOfAnother(PolicySnapshot[] sides, Caller caller, ImdsRequest request, CredentialAnswer? answer) => answer is not null
        && sides.Any(side => side.Decide(caller, request) is Permit permit && side.ClientIdOf(permit.Request) is { } asked && asked != answer.ClientId);

    private static string Kinds(Comparison comparison) =>
        $"more {Text(comparison.More)}, less {Text(comparison.Less)}, quieter {comparison.Quieter.Length > 0}, louder {comparison.Louder.Length > 0}";

    private static string Text(ImmutableArray<Difference> differences) =>
        string.Join(' ', differences.Select(static difference => $"{difference.Kind}{(difference.Witness.Request.Endpoint is { IssuesCredential: true, Kind: var kind } ? $" {kind}" : "")}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static ImmutableArray<Difference> Of(Comparison comparison, (DifferenceKind Kind, bool IsMore) kind) => kind switch
    {
        (DifferenceKind.Quiet, true) => comparison.Quieter,
        (DifferenceKind.Quiet, false) => comparison.Louder,
        (_, true) => comparison.More,
        _ => comparison.Less,
    };

    private static string Text(Caller.Pod caller, ImdsRequest request, CredentialAnswer? answer)
    {
        var pod = caller.Identity;
        return $"{pod.Namespace}/{pod.ServiceAccount} {pod.Owner} [{string.Join(',', pod.Labels)}] {request} {answer}";
    }
}
