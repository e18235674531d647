using System.CommandLine;
using ImdsProxy.Commands.Flags;
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
        var form = OutputFlag.Of("text", "json", "junit");
        var assumption = new AssumptionFlags();
        var command = new Command("test", "Run the tests of a policy: examples, and proofs of what must never be permitted. Exit 1 if a test fails") { path, tests, form };
        assumption.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(path),
            parsed.GetRequiredValue(tests),
            assumption.Read(parsed),
            parsed.GetValue(form)!,
            Console.OpenStandardInput,
            Console.Out,
            Console.Error,
            cancellation));
        return command;
    }

    internal static Task<int> RunAsync(
        string path, IReadOnlyList<string> tests, Assumption assumption, string form, Func<Stream> stdin, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandGuard.RunAsync(
            "policy test",
            async () =>
            {
                var policy = await PolicyInput.ValidAsync(path, stdin, cancellation);
                var loads = tests.Select(file => (File: file, Load: PolicyTestsLoader.Load(BoundedFile.ReadStart(file), policy))).ToList();
                if (loads.Exists(static entry => entry.Load.Tests is null))
                {
                    await ReportAsync(loads, errors);
                    return ExitCode.Usage;
                }

                var files = await ProofCommand.ProveAsync(
                    () => loads.ConvertAll(entry => new TestedFile(entry.File, PolicyTestRun.Of(policy, entry.Load.Tests!, assumption))), errors, TimeProvider.System, cancellation);
                return await ProofCommand.AnswerAsync(
                    Verdict(files), files.Exists(static file => file.Failed > 0), () => Write(new PolicyName(path, policy.Revision), files, form, output), errors);
            },
            errors);

    private static async Task ReportAsync(IEnumerable<(string File, PolicyTestsLoad Load)> loads, TextWriter errors)
    {
        foreach (var (file, load) in loads)
        {
            foreach (var problem in load.Problems)
            {
                await errors.WriteLineAsync($"{file}:{problem.Line}: #{problem.Pointer}: error: {problem.Message}");
            }
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
}
