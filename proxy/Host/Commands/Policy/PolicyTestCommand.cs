using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Tests;
using ImdsProxy.Runtime;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy test</c>: runs the tests of a policy.</summary>
internal static class PolicyTestCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = PolicyInput.Forms };
        var tests = new Argument<string[]>("TESTS") { Description = "Files of tests, such as policy.tests.json", Arity = ArgumentArity.OneOrMore };
        var strict = Flag.Switch("--strict", "Exit 1 also if a test names something that the policy does not mention, such as a misspelt namespace");
        var form = OutputFlag.Of("text", "json", "junit");
        var assumption = new AssumptionFlags();
        var command = new Command("test", "Run the tests of a policy: examples, and proofs of what must never be permitted. Exit 1 if a test fails") { path, tests, strict, form };
        assumption.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            new Asked(parsed.GetRequiredValue(path), parsed.GetRequiredValue(tests), assumption.Read(parsed), parsed.GetValue(strict), parsed.GetValue(form)!),
            Console.OpenStandardInput,
            Console.Out,
            Console.Error,
            cancellation));
        return command;
    }

    internal static Task<int> RunAsync(Asked asked, Func<Stream> stdin, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandGuard.RunAsync(
            "policy test",
            async () =>
            {
                var policy = await PolicyInput.ValidAsync(asked.Policy, stdin, cancellation);
                var loads = asked.Tests.Select(file => (File: file, Load: PolicyTestsLoader.Load(Content(file), policy))).ToList();
                await ReportAsync(loads, errors);
                if (loads.Exists(static entry => entry.Load.Tests is null))
                {
                    return ExitCode.Usage;
                }

                var files = await ProofCommand.ProveAsync(
                    () => loads.ConvertAll(entry => new TestedFile(entry.File, PolicyTestRun.Of(policy, entry.Load.Tests!, asked.Assumption)) { Warnings = entry.Load.Warnings }),
                    errors,
                    TimeProvider.System,
                    cancellation);
                var isFound = files.Exists(file => file.Failed > 0 || (asked.IsStrict && !file.Warnings.IsEmpty));
                return await ProofCommand.AnswerAsync(Verdict(files), isFound, () => Write(new PolicyName(asked.Policy, policy.Revision), files, asked.Form, output), errors);
            },
            errors);

    private static async Task ReportAsync(IEnumerable<(string File, PolicyTestsLoad Load)> loads, TextWriter errors)
    {
        foreach (var (file, load) in loads)
        {
            foreach (var problem in load.Problems.Concat(load.Warnings))
            {
                var severity = problem.Severity == ProblemSeverity.Error ? "error" : "warning";
                await errors.WriteLineAsync($"{file}:{problem.Line}: #{problem.Pointer}: {severity}: {problem.Message}");
            }
        }
    }

    private static byte[] Content(string file)
    {
        try
        {
            return BoundedFile.ReadStart(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw InputFailure.Of(file, e);
        }
    }

    // A contradiction in one test makes all results doubtful.
    private static ProofVerdict Verdict(IEnumerable<TestedFile> files)
    {
        var worst = files.SelectMany(static file => file.Results).MaxBy(static result => result.Status);
        return worst is null || worst.Status == ProofStatus.Complete ? ProofVerdict.Complete : new ProofVerdict(worst.Status, worst.Failure);
    }

    private static void Write(PolicyName policy, IReadOnlyList<TestedFile> files, string form, TextWriter output)
    {
        switch (form)
        {
            case "json":
                WorkbenchJson.Write(TestsJson.Of(policy, files), WorkbenchJson.Readable.TestsJson, output);
                break;
            case "junit":
                TestsJUnit.Write(files, output);
                break;
            default:
                TestsText.Write(files, output);
                break;
        }
    }

    /// <summary>What the command line asks.</summary>
    /// <param name="Policy">Where the policy is.</param>
    /// <param name="Tests">The files of tests.</param>
    /// <param name="Assumption">Which modes are assumed.</param>
    /// <param name="IsStrict">Whether a warning counts as a failed test.</param>
    /// <param name="Form">The form of the answer.</param>
    internal sealed record Asked(string Policy, IReadOnlyList<string> Tests, Assumption Assumption, bool IsStrict, string Form);
}
