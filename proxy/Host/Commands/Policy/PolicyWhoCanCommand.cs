using System.CommandLine;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy who-can</c>: every workload that can get an identity, or reach a path.</summary>
internal static class PolicyWhoCanCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = PolicyInput.Forms };
        var identity = Flag.Text("--identity", "Whose credentials: an alias of the policy, or a client id");
        var resource = Flag.Text("--resource", "With --identity: for which resource, such as https://vault.azure.net; any if left out");
        var asked = Flag.Text("--path", "Which path, such as /metadata/instance/**");
        var method = Flag.Text("--method", "With --path: which method, such as POST; any if left out");
        var form = OutputFlag.Of("text", "json");
        var assumption = new AssumptionFlags();
        var command = new Command("who-can", "List every workload that can get an identity or reach a path, with the rule. Exit 1 if any can, 0 if nobody can")
        {
            path, identity, resource, asked, method, form,
        };
        assumption.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(identity) is null == result.GetValue(asked) is null)
            {
                result.AddError("who-can: give --identity or --path, one of them");
            }
            else if (result.GetValue(resource) is not null && result.GetValue(identity) is null)
            {
                result.AddError("--resource: only credentials have a resource: give --identity with it");
            }
            else if (result.GetValue(method) is not null && result.GetValue(asked) is null)
            {
                result.AddError("--method: give --path with it");
            }
        });
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(path),
            new AskedGoal(parsed.GetValue(identity), parsed.GetValue(resource), parsed.GetValue(asked), parsed.GetValue(method)),
            assumption.Read(parsed),
            parsed.GetValue(form) == "json",
            Console.OpenStandardInput,
            Console.Out,
            Console.Error,
            cancellation));
        return command;
    }

    internal static Task<int> RunAsync(
        string path, AskedGoal asked, Assumption assumption, bool asJson, Func<Stream> stdin, TextWriter output, TextWriter errors, CancellationToken cancellation) =>
        CommandGuard.RunAsync(
            "policy who-can",
            async () =>
            {
                var policy = await PolicyInput.ValidAsync(path, stdin, cancellation);
                var (goal, warnings) = asked.In(policy);
                await ProofCommand.WarnAsync("policy who-can", warnings, errors);
                var holders = await ProofCommand.ProveAsync(() => PolicyProofs.WhoCan(policy, goal, assumption), errors, TimeProvider.System, cancellation);
                var question = new AccessQuestion(new PolicyName(path, policy.Revision), asked.Text, assumption, warnings)
                {
                    IsStricterThanWritten = assumption == Assumption.Enforced && !PolicyProofs.IsWhollyEnforced(policy),
                };
                return await ProofCommand.AnswerAsync(holders.Verdict, !holders.Answers.IsEmpty, Write, errors);

                void Write()
                {
                    if (asJson)
                    {
                        WorkbenchJson.Write(WhoCanJson.Of(question, holders), WorkbenchJson.Readable.WhoCanJson, output);
                    }
                    else
                    {
                        AccessText.Write(question, holders, output);
                    }
                }
            },
            errors);
}
