using System.Collections.Immutable;
using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy diff</c>: what one policy permits and another does not.</summary>
internal static class PolicyDiffCommand
{
    public static Command Create()
    {
        var a = new Argument<string>("A") { Description = $"The old policy. {PolicyInput.Forms}" };
        var b = new Argument<string>("B") { Description = "The new policy" };
        var noNewAccess = Flag.Switch("--no-new-access", "Exit 1 only if B permits or shows something that A does not");
        var form = OutputFlag.Of("text", "json", "markdown");
        var assumption = new AssumptionFlags("without it and without --assume-override, every mode is compared");
        var command = new Command("diff", "Compare two policies exactly: what B permits and A does not, and vice versa. Exit 1 if they differ") { a, b, noNewAccess, form };
        assumption.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(a) == "-" && result.GetValue(b) == "-")
            {
                result.AddError("A and B: only one of them can be read from stdin");
            }
        });
        command.SetAction((parsed, cancellation) => RunAsync(
            new Asked(parsed.GetRequiredValue(a), parsed.GetRequiredValue(b), assumption.ReadGiven(parsed), parsed.GetValue(noNewAccess), parsed.GetValue(form)!),
            Console.OpenStandardInput,
            Console.Out,
            Console.Error,
            cancellation));
        return command;
    }

    internal static Task<int> RunAsync(Asked asked, Func<Stream> stdin, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandGuard.RunAsync(
            "policy diff",
            async () =>
            {
                var a = await PolicyInput.ValidAsync(asked.A, stdin, cancellation);
                var b = await PolicyInput.ValidAsync(asked.B, stdin, cancellation);
                var comparisons = await ProofCommand.ProveAsync(() => Compare(a, b, asked.Assumption), errors, TimeProvider.System, cancellation);
                var answer = new DiffAnswer(new PolicyName(asked.A, a.Revision), new PolicyName(asked.B, b.Revision), comparisons[0], comparisons[1..]);
                return await ProofCommand.AnswerAsync(
                    answer.Verdict, asked.NoNewAccess ? answer.GivesMore : answer.IsDifferent, () => Write(answer, asked.Form, output), errors);
            },
            errors);

    private static ImmutableArray<AssumedComparison> Compare(PolicyDocument a, PolicyDocument b, Assumption? assumption) => assumption is { } only
        ? [new AssumedComparison(only, PolicyProofs.Compare(a, b, only))]
        : PolicyProofs.CompareModes(a, b);

    private static void Write(DiffAnswer answer, string form, TextWriter output)
    {
        switch (form)
        {
            case "json":
                WorkbenchJson.Write(DiffJson.Of(answer), WorkbenchJson.Readable.DiffJson, output);
                break;
            case "markdown":
                DiffMarkdown.Write(answer, output);
                break;
            default:
                DiffText.Write(answer, output);
                break;
        }
    }

    /// <summary>What the command line asks.</summary>
    /// <param name="A">Where A is.</param>
    /// <param name="B">Where B is.</param>
    /// <param name="Assumption">Which modes alone are assumed, or null for every mode in which the policies can be in force.</param>
    /// <param name="NoNewAccess">Whether only new access counts.</param>
    /// <param name="Form">The form of the answer.</param>
    internal sealed record Asked(string A, string B, Assumption? Assumption, bool NoNewAccess, string Form);
}
