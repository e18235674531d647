using ImdsProxy.Core.Proofs.Tests;

namespace ImdsProxy.Workbench;

/// <summary>Writes the results of tests for people: one line for each test, and more lines only for failed tests.</summary>
internal static class TestsText
{
    public static void Write(IReadOnlyList<TestedFile> files, TextWriter output)
    {
        foreach (var file in files)
        {
            foreach (var result in file.Results)
            {
                output.WriteLine($"{(result.Passed ? "PASS" : "FAIL")}  {result.Name}{(result.Passed ? "" : $": {result.Failure}")}");
                foreach (var line in Counterexample(result))
                {
                    output.WriteLine($"      {line}");
                }
            }
        }

        output.WriteLine($"{files.Sum(static file => file.Passed)} passed, {files.Sum(static file => file.Failed + file.Undecided)} failed");
    }

    /// <summary>The counterexample of a <c>never</c>, as lines.</summary>
    public static IEnumerable<string> Counterexample(PolicyTestResult result) => result.Counterexample is not { } found ? [] :
    [
        $"permitted to {found.Workloads}: {found.Requests}",
        "for example",
        .. WitnessText.Of(found.Witness).Select(static line => $"  {line}"),
    ];
}
