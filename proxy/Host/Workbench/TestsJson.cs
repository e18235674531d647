namespace ImdsProxy.Workbench;

/// <summary>The result of <c>policy test</c>.</summary>
/// <param name="Policy">The policy's revision.</param>
/// <param name="Passed">The number of tests that passed.</param>
/// <param name="Failed">The number of tests that did not.</param>
/// <param name="Undecided">The number of failed tests that could not be decided.</param>
/// <param name="Results">The tests.</param>
/// <param name="Warnings">Names in the tests that the policy does not mention.</param>
internal sealed record TestsJson(string Policy, int Passed, int Failed, int Undecided, IReadOnlyList<TestResultJson> Results, IReadOnlyList<TestWarningJson>? Warnings)
{
    public static TestsJson Of(PolicyName policy, IReadOnlyList<TestedFile> files) => new(
        policy.Revision,
        files.Sum(static file => file.Passed),
        files.Sum(static file => file.Failed + file.Undecided),
        files.Sum(static file => file.Undecided),
        [.. files.SelectMany(static file => file.Results, static (file, result) => TestResultJson.Of(file.Path, result))],
        files.Any(static file => !file.Warnings.IsEmpty) ? [.. files.SelectMany(static file => file.Warnings, static (file, warning) => TestWarningJson.Of(file.Path, warning))] : null);
}
