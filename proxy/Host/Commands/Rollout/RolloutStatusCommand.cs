using System.CommandLine;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Rollout;
using ImdsProxy.Sources;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Rollout;

/// <summary><c>imds-proxy rollout status</c>: how far each namespace is on the way to enforcement.</summary>
internal static class RolloutStatusCommand
{
    private const string Name = "rollout status";

    public static Command Create()
    {
        var log = new DemandFlags();
        var asked = new RolloutFlags();
        var form = OutputFlag.Of("text", "json");
        var command = new Command("status", "Show for each namespace its demands without a rule, its state and the next step. Exit 1 if an enforced namespace has regressed, 3 if part of the log can't be read");
        log.AddTo(command);
        asked.AddTo(command);
        command.Options.Add(form);
        command.SetAction((parsed, cancellation) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandGuard.RunAsync(Name, () => RunAsync(parsed, log, asked, parsed.GetValue(form)!, output, errors, cancellation), errors);
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, DemandFlags log, RolloutFlags asked, string form, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var policy = await asked.ReadAsync(parsed, log.Source(parsed), cancellation);
        var findings = await log.ReadAsync(parsed, PolicyLabels.Of(policy), errors, cancellation);
        var namespaces = RolloutStatus.Of(findings.Table, policy, asked.LeftOut(parsed), asked.Settle(parsed));
        var answer = new RolloutAnswer(asked.Path(parsed), policy.Revision, namespaces, LogProblems.BasisOf(findings), DemandIdentities.Of(findings.Table, policy));
        if (form == "json")
        {
            WorkbenchJson.Write(RolloutJson.Of(answer), WorkbenchJson.Default.RolloutJson, output);
        }
        else
        {
            RolloutText.Write(answer, output);
        }

        return await DemandCommand.EndAsync(Name, findings, namespaces.Any(static status => status.State == RolloutState.Regressed), errors);
    }
}
