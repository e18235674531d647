using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Tests;

namespace ImdsProxy.Workbench;

/// <summary>A file of tests, with the results.</summary>
/// <param name="Path">The file.</param>
/// <param name="Results">The results.</param>
internal sealed record TestedFile(string Path, ImmutableArray<PolicyTestResult> Results)
{
    /// <summary>Names in the tests that the policy does not mention.</summary>
    public ImmutableArray<PolicyProblem> Warnings { get; init; } = [];

    /// <summary>The warnings as lines, each with its place.</summary>
    public IEnumerable<string> WarningLines => Warnings.Select(warning => $"{Path}:{warning.Line}: #{warning.Pointer}: warning: {warning.Message}");

    /// <summary>The number of tests that passed.</summary>
    public int Passed => Results.Count(static result => result.Passed);

    /// <summary>The number of tests that failed.</summary>
    public int Failed => Results.Count(IsFailed);

    /// <summary>The number of tests that could not be decided.</summary>
    public int Undecided => Results.Length - Passed - Failed;

    /// <summary>Whether the policy certainly does not do what the test expects.</summary>
    public static bool IsFailed(PolicyTestResult result) => result is { Status: ProofStatus.Complete, Passed: false };
}
