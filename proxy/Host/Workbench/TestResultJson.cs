using ImdsProxy.Core.Proofs.Tests;

namespace ImdsProxy.Workbench;

/// <summary>How one test ended.</summary>
internal sealed record TestResultJson(string Name, string Kind, bool Passed, string? Reason, WitnessJson? Counterexample, string File)
{
    public static TestResultJson Of(string file, PolicyTestResult result) => new(
        result.Name,
        result.IsNever ? "never" : "example",
        result.Passed,
        result.Failure.Length == 0 ? null : result.Failure,
        result.Counterexample is { } found ? WitnessJson.Of(found.Witness) : null,
        file);
}
