using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Requests;
using ImdsProxy.Core.Requests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Proofs;

/// <summary>Compares the proofs with the solver Z3, which chooses the workloads freely. Both must agree whether one policy includes the other.</summary>
public sealed class SolverTests(ITestOutputHelper output)
{
    private const int Requests = 40;

    /// <summary>What Z3 may work on one question. In its own count of work, so that the result does not depend on the machine.</summary>
    private const long SolverLimit = 50_000_000;

    [Fact]
    public void Compare_OfRandomPairs_AgreesWithZ3()
    {
        Assert.SkipUnless(Z3.IsInstalled, "libz3 is not installed");
        var (included, differing, undecided) = (0, 0, 0);
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
                if (Solve(wide, narrow, candidates, $"seed {seed} {name}") is not { } isFound)
                {
                    undecided++;
                    continue;
                }

                isFound.ShouldBe(access is not null, $"seed {seed}: {name} {access?.Workloads} {access?.Requests} {access?.Witness.Request}");
                _ = isFound ? differing++ : included++;
            }
        }

        output.WriteLine($"{ProofScale.SolverPairs} pairs, both ways: {included} included, {differing} differing, {undecided} undecided by Z3");
        (included, differing, undecided).ShouldSatisfyAllConditions(
            counts => counts.included.ShouldBeGreaterThanOrEqualTo(ProofScale.SolverPairs / 10),
            counts => counts.differing.ShouldBeGreaterThanOrEqualTo(ProofScale.SolverPairs / 10),
            counts => counts.undecided.ShouldBeLessThanOrEqualTo(ProofScale.SolverPairs / 100));
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

    // Whether one policy permits something that the other does not; null if Z3 gives up. The decider confirms what Z3 finds.
    private static bool? Solve(PolicySide wide, PolicySide narrow, List<(ImdsRequest Request, CredentialAnswer? Answer)> candidates, string text)
    {
        var workload = new SmtWorkload(wide.Document, narrow.Document);
        var (one, other) = (new SmtPolicy("w", wide, workload), new SmtPolicy("n", narrow, workload));
        var bits = SmtNames.BitsFor(candidates.Count);
        var choices = candidates.Select((candidate, index) =>
            $"(and (= choice {SmtNames.Number(index, bits)}) {one.Permits(candidate.Request, candidate.Answer)} (not {other.Permits(candidate.Request, candidate.Answer)}))");
        using var z3 = new Z3();
        var answer = z3.Ask(
            $"(set-option :rlimit {SolverLimit}){workload.Declarations}(declare-const choice (_ BitVec {bits})){one.Definitions()}{other.Definitions()}(assert (or {string.Join('\n', choices)}))(check-sat)").Trim();
        if (answer is "unsat" or "unknown")
        {
            return answer == "unknown" ? null : false;
        }

        answer.ShouldBe("sat", text);
        var (caller, choice) = workload.Read(z3.Ask(SmtWorkload.Question));
        var (request, answered) = candidates[choice];
        Points.Decide(wide.Decider, caller, request, answered).Outcome.ShouldBe(Outcome.Permitted, text);
        Points.Decide(narrow.Decider, caller, request, answered).Outcome.ShouldNotBe(Outcome.Permitted, text);
        return true;
    }
}
