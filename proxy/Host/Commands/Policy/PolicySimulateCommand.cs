using System.CommandLine;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Policy;

/// <summary><c>imds-proxy policy simulate</c>: what a policy would change for the requests of a log.</summary>
internal static class PolicySimulateCommand
{
    private const string Name = "policy simulate";

    public static Command Create()
    {
        var log = new DemandFlags();
        var asked = new SimulateFlags();
        var command = new Command("simulate", "Replay a log under a policy: which requests would break, and which would open. Exit 1 if any would, 3 if part of the log can't be read");
        asked.AddTo(command);
        log.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandGuard.RunAsync(Name, () => RunAsync(asked.Read(parsed, log), parsed, log, output, errors, cancellation), errors);
        });
        return command;
    }

    private static async Task<int> RunAsync(SimulateFlags.Asked asked, ParseResult parsed, DemandFlags log, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var policy = await PolicyInput.ValidAsync(asked.Policy, Console.OpenStandardInput, cancellation);
        var against = asked.Against is { } other ? await PolicyInput.ValidAsync(other, Console.OpenStandardInput, cancellation) : null;
        var findings = await log.ReadAsync(parsed, against is null ? PolicyLabels.Of(policy) : PolicyLabels.Of(policy, against), errors, cancellation);
        var result = PolicySimulation.Run(findings.Table, policy, asked.AsWritten, against);
        var answer = new SimulateAnswer(
            asked.Policy, asked.Against, asked.AsWritten, result, LogProblems.BasisOf(findings), DemandIdentities.Of(findings.Table, policy), LeftOutOf(findings.Table, policy, result));
        Write(answer, asked.Form, output);
        return await DemandCommand.EndAsync(Name, findings, IsFound(result, asked), errors);
    }

    // Demands are compared by reference: two of them can have the same values where the log is forged.
    private static Dictionary<Demand, LeftOut> LeftOutOf(DemandTable table, PolicyDocument policy, SimulationResult result)
    {
        var byDemand = new Dictionary<Demand, LeftOut>(ReferenceEqualityComparer.Instance);
        if (result.WouldBreak > 0)
        {
            foreach (var left in PolicySuggestion.LeftOutBy(table, policy))
            {
                byDemand[left.Demand!] = left;
            }
        }

        return byDemand;
    }

    private static bool IsFound(SimulationResult result, SimulateFlags.Asked asked) =>
        result.WouldBreak > asked.AllowBreak || result.WouldOpen > asked.AllowOpen || result.NotJudgedShare > asked.MaxNotJudged;

    private static void Write(SimulateAnswer answer, string form, TextWriter output)
    {
        if (form == "json")
        {
            WorkbenchJson.Write(SimulateJson.Of(answer), WorkbenchJson.Readable.SimulateJson, output);
        }
        else
        {
            SimulateText.Write(answer, output);
        }
    }
}
