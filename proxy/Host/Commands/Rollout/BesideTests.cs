using ImdsProxy.Commands.Policy;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs.Tests;
using ImdsProxy.Runtime;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Rollout;

/// <summary>Runs the tests that lie beside a policy before a change of it is written.</summary>
internal static class BesideTests
{
    private const string Usual = "policy.tests.json";

    /// <summary>The file of tests beside a policy: <c>NAME.tests.json</c> or <c>policy.tests.json</c>; null without one.</summary>
    public static string? FileOf(string policy)
    {
        if (policy == "-" || Path.GetDirectoryName(Path.GetFullPath(policy)) is not { } directory)
        {
            return null;
        }

        // All JSON files inside a directory of fragments are fragments, so its tests lie beside the directory.
        string[] names = [$"{Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(policy))}.tests.json", Usual];
        return names.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Whether the tests pass, or there are none. Reports the tests that ran, and those that failed.</summary>
    /// <exception cref="FormatException">The file of tests has an error.</exception>
    public static async Task<bool> PassAsync(string command, string path, PolicyDocument policy, TextWriter errors, CancellationToken cancellation)
    {
        if (FileOf(path) is not { } file)
        {
            return true;
        }

        var load = PolicyTestsLoader.Load(BoundedFile.ReadStart(file), policy);
        var tests = load.Tests ?? throw new FormatException($"{file}:{load.Problems[0].Line}: {load.Problems[0].Message}; policy test tells all errors");
        var tested = await ProofCommand.ProveAsync(() => new TestedFile(file, PolicyTestRun.Of(policy, tests)), errors, TimeProvider.System, cancellation);
        if (tested.Passed == tested.Results.Length)
        {
            await errors.WriteLineAsync($"imds-proxy: {command}: all {PlainText.Count(tested.Passed, "test")} of {file} passed");
            return true;
        }

        foreach (var failed in tested.Results.Where(static result => !result.Passed))
        {
            await errors.WriteLineAsync($"imds-proxy: {command}: {file}: the test '{PlainText.Of(failed.Name)}' fails: {PlainText.Of(failed.Failure)}");
        }

        await errors.WriteLineAsync($"imds-proxy: {command}: nothing is enforced, because the policy fails its tests: mend the policy or the tests");
        return false;
    }
}
