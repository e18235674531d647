using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Tests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>
/// The tests of a policy: a load has tests or errors, and each test ends within its budget with a result that the decider confirms.
/// </summary>
internal sealed class PolicyTestsTarget : IFuzzTarget
{
    /// <summary>Enough for almost every <c>never</c> about the example policy, and a bound for those made to be hard.</summary>
    private const long Budget = 500_000;

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var load = PolicyTestsLoader.Load(input, ExamplePolicy.Document);
        FuzzCheck.That(load.Tests is null == !load.Problems.IsEmpty, "a load has either tests or an error");
        FuzzCheck.That(load.Problems.All(static problem => problem.Severity == ProblemSeverity.Error), "a problem of tests is an error");
        FuzzCheck.That(load.Warnings.All(static problem => problem.Severity == ProblemSeverity.Warning), "a warning of tests is a warning");
        FuzzCheck.That(load.Problems.Concat(load.Warnings).All(static problem => problem.Line >= 1 && problem.Message.Length > 0), "each problem has a line and a message");
        if (load.Tests is not { } tests)
        {
            return false;
        }

        FuzzCheck.That(load.Problems.IsEmpty && (tests.Examples.Length + tests.Nevers.Length > 0), "valid tests have a test");
        foreach (var assumption in Enum.GetValues<Assumption>())
        {
            Check(tests, [.. PolicyTestRun.Of(ExamplePolicy.Document, tests, assumption, Budget)]);
        }

        return true;
    }

    private static void Check(PolicyTests tests, List<PolicyTestResult> results)
    {
        FuzzCheck.That(
            results.Select(static result => result.Name).SequenceEqual([.. tests.Examples.Select(static example => example.Name), .. tests.Nevers.Select(static never => never.Name)], StringComparer.Ordinal),
            "each test has a result, in document order");
        foreach (var (never, result) in tests.Nevers.Zip(results.Skip(tests.Examples.Length)))
        {
            FuzzCheck.That(result.Status != ProofStatus.Disagreement, "the decider confirms the counterexample");
            FuzzCheck.That(result.Passed || result.Failure.Length > 0, "a test that did not pass says why");
            if (result.Counterexample is { } found)
            {
                var workload = found.Witness.Pod.Workload;
                FuzzCheck.That(!result.Passed, "a test with a counterexample failed");
                FuzzCheck.That(never.Workloads.Any(match => match.Matches(workload)) && !never.Except.Any(match => match.Matches(workload)), "the counterexample is one of the workloads in question");
            }
        }
    }
}
