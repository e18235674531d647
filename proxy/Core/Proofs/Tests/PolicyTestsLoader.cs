using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>Reads the tests of a policy and reports all errors at once.</summary>
public static class PolicyTestsLoader
{
    /// <summary>Reads one document. No input makes it throw.</summary>
    /// <param name="json">UTF-8 without a byte order mark, at most 1 MiB.</param>
    /// <param name="policy">The policy under test, whose aliases the tests may use.</param>
    public static PolicyTestsLoad Load(ReadOnlyMemory<byte> json, PolicyDocument policy)
    {
        var problems = new ProblemList("the tests");
        var root = LocatedJson.Read(json, problems, KnownRules.None);
        var tests = root is null ? null : new PolicyTestsReader(problems, KnownAliases.Of(policy, root)).Read(root);

        // Drops the warnings of the policy's readers, which do not apply to tests: a test may name an identity by its client id.
        var errors = Of(problems, ProblemSeverity.Error);
        if (tests is null || !errors.IsEmpty)
        {
            return new PolicyTestsLoad(null, errors);
        }

        var doubts = new ProblemList("the tests");
        new Mentions(policy, doubts).CheckTests(root!);
        errors = Of(doubts, ProblemSeverity.Error);
        return new PolicyTestsLoad(errors.IsEmpty ? tests : null, errors) { Warnings = errors.IsEmpty ? Of(doubts, ProblemSeverity.Warning) : [] };
    }

    private static ImmutableArray<PolicyProblem> Of(ProblemList problems, ProblemSeverity severity) =>
        [.. problems.InOrder().Where(problem => problem.Severity == severity)];
}
