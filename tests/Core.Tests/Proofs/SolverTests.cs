using System.Globalization;
using System.Text.RegularExpressions;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>Compares the proofs with the solver Z3, which chooses the workloads freely. Both must agree whether one policy includes the other.</summary>
public sealed partial class SolverTests
{
    private const int Requests = 40;

    [Fact]
    public void Compare_OfRandomPairs_AgreesWithZ3()
    {
        Assert.SkipUnless(Z3.IsInstalled, "libz3 is not installed");
        var (included, differing) = (0, 0);
        foreach (var seed in ProofScale.SolverSeeds)
        {
            var random = new Random(seed);
            var policies = new RandomPolicies(random);
            var a = policies.Policy(50);
            var b = random.Next(4) == 0 ? policies.Policy(50) : policies.Edited(a);
            var assumption = (Assumption)random.Next(3);
            var comparison = PolicyProofs.Compare(a, b, assumption);
            comparison.Verdict.ShouldBe(ProofVerdict.Complete, $"seed {seed}");
            var (sideA, sideB) = (PolicySide.Of(a, assumption), PolicySide.Of(b, assumption));
            foreach (var (name, wide, narrow, found) in new[] { ("more", sideB, sideA, comparison.More), ("less", sideA, sideB, comparison.Less) })
            {
                var access = found.FirstOrDefault(static difference => difference.Kind == DifferenceKind.Access);
                var candidates = Candidates(random, access?.Witness);
                var isFound = Solve(wide, narrow, candidates, $"seed {seed} {name}");
                isFound.ShouldBe(access is not null, $"seed {seed}: {name} {access?.Workloads} {access?.Requests} {access?.Witness.Request}");
                _ = isFound ? differing++ : included++;
            }
        }

        (included, differing).ShouldSatisfyAllConditions(
            counts => counts.included.ShouldBeGreaterThanOrEqualTo(ProofScale.SolverPairs / 10),
            counts => counts.differing.ShouldBeGreaterThanOrEqualTo(ProofScale.SolverPairs / 10));
    }

    // Random requests, and the one by which the proof shows that there is a difference.
    private static List<(ImdsRequest Request, CredentialAnswer? Answer)> Candidates(Random random, Witness? witness)
    {
        var candidates = new List<(ImdsRequest, CredentialAnswer?)>();
        for (var i = 0; i < Requests; i++)
        {
            var request = Points.Request(random);
            candidates.Add((request, Points.Answer(random, request)));
        }

        if (witness is not null)
        {
            candidates.Add((witness.Request, witness.Answer ?? (witness.Request.Endpoint.IssuesCredential ? new CredentialAnswer(RandomPolicies.ClientIds[0], null) : null)));
        }

        return candidates;
    }

    // Whether one policy permits something that the other does not. The decider confirms what Z3 finds.
    private static bool Solve(PolicySide wide, PolicySide narrow, List<(ImdsRequest Request, CredentialAnswer? Answer)> candidates, string text)
    {
        var (one, other) = (new SmtPolicy("w", wide), new SmtPolicy("n", narrow));
        var choices = candidates.Select((candidate, index) =>
            $"(and (= choice {index}) {one.Permits(candidate.Request, candidate.Answer)} (not {other.Permits(candidate.Request, candidate.Answer)}))");
        using var z3 = new Z3();
        var answer = z3.Ask($"{SmtPolicy.Variables}(declare-const choice Int){one.Definitions()}{other.Definitions()}(assert (or {string.Join('\n', choices)}))(check-sat)");
        if (answer.Trim() == "unsat")
        {
            return false;
        }

        answer.Trim().ShouldBe("sat", text);
        var values = Values(z3.Ask("(get-value (choice ns sa owned owner hasApp app hasTier tier))"));
        var labels = new List<KeyValuePair<string, string>>();
        Label("hasApp", "app");
        Label("hasTier", "tier");
        var caller = new Caller.Pod(new PodIdentity(values["ns"], "pod", "uid", values["sa"], values["owned"] == "true" ? values["owner"] : null, labels));
        var (request, answered) = candidates[int.Parse(values["choice"], CultureInfo.InvariantCulture)];
        Points.Decide(wide.Decider, caller, request, answered).Outcome.ShouldBe(Outcome.Permitted, text);
        Points.Decide(narrow.Decider, caller, request, answered).Outcome.ShouldNotBe(Outcome.Permitted, text);
        return true;

        void Label(string has, string key)
        {
            if (values[has] == "true")
            {
                labels.Add(new(key, values[key]));
            }
        }
    }

    private static Dictionary<string, string> Values(string model) => Value().Matches(model).ToDictionary(
        static match => match.Groups["name"].Value, static match => match.Groups["value"].Value.Trim('"'), StringComparer.Ordinal);

    [GeneratedRegex("""\((?<name>\w+) (?<value>"[^"]*"|\w+)\)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Value();
}
