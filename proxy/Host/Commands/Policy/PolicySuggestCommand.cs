using System.CommandLine;
using System.Text;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy suggest</c>: the least policy that lets through what the workloads of a log need.</summary>
internal static class PolicySuggestCommand
{
    private const string Name = "policy suggest";

    public static Command Create()
    {
        var log = new DemandFlags();
        var asked = new SuggestFlags();
        var command = new Command("suggest", "Write the least policy that lets through what workloads need, and tell what is left out and why. Exit 3 if part of the log can't be read");
        log.AddTo(command);
        asked.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandGuard.RunAsync(Name, () => RunAsync(asked.Read(parsed, log), parsed, log, output, errors, cancellation), errors);
        });
        return command;
    }

    private static async Task<int> RunAsync(SuggestFlags.Asked asked, ParseResult parsed, DemandFlags log, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var policy = asked.Base is { } path ? await PolicyInput.ValidAsync(path, Console.OpenStandardInput, cancellation) : null;
        var protect = ProtectedIdentities.Of(asked.Protect, policy);
        var findings = await log.ReadAsync(parsed, policy is null ? [] : PolicyLabels.Of(policy), errors, cancellation);
        var result = Suggest(findings.Table, policy, asked with { Protect = protect });
        await ReportUnacceptedAsync(result, errors);
        var answer = new SuggestAnswer(
            asked.Base, policy?.Revision, asked.From, result, LogProblems.BasisOf(findings), DemandIdentities.Of(findings.Table, result.Policy));
        Write(answer, asked.Form, output);
        return await DemandCommand.EndAsync(Name, findings, isFound: false, errors);
    }

    private static SuggestResult Suggest(DemandTable table, PolicyDocument? policy, SuggestFlags.Asked asked)
    {
        try
        {
            return PolicySuggestion.From(table, new SuggestOptions { Base = policy, Settle = asked.Settle, MinDays = asked.MinDays, Protect = asked.Protect, Accept = asked.Accept });
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    // A policy without what was accepted is not the one that was asked for. What the base allows by now needs no acceptance.
    private static async Task ReportUnacceptedAsync(SuggestResult result, TextWriter errors)
    {
        foreach (var id in result.Unaccepted)
        {
            var left = result.LeftOut.FirstOrDefault(left => left.Demand?.Id == id);
            if (left is not { Reason: LeftOutReason.AlreadyAllowed })
            {
                throw new FormatException(left is null
                    ? $"--accept {id}: the log has no such demand in this time range"
                    : $"--accept {id}: it can't be accepted. {LeftOutWords.Name(left.Reason)}: {LeftOutWords.Of(left.Reason)}{(left.Rule is { } rule ? $" (rule {rule})" : "")}");
            }

            await errors.WriteLineAsync($"imds-proxy: {Name}: --accept {id}: the base allows it already");
        }
    }

    private static void Write(SuggestAnswer answer, string form, TextWriter output)
    {
        // Without a base there is nothing to merge a fragment into, so it is a whole policy.
        var fragment = answer.BasePath is null ? answer.Result.PolicyJson : answer.Result.FragmentJson;
        switch (form)
        {
            case "json":
                WorkbenchJson.Write(SuggestJson.Of(answer), WorkbenchJson.Readable.SuggestJson, output);
                break;
            case "fragment":
                output.Write(Encoding.UTF8.GetString(fragment.Span));
                break;
            case "values":
                ValuesText.WriteFragment(answer.Result.FragmentJson, output);
                break;
            default:
                SuggestText.Write(answer, output);
                break;
        }
    }
}
