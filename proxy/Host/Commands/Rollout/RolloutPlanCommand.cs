using System.CommandLine;
using System.Text;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Policy;
using ImdsProxy.Commands.Sources;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Rollout;
using ImdsProxy.Sources;
using ImdsProxy.Workbench;

namespace ImdsProxy.Commands.Rollout;

/// <summary><c>imds-proxy rollout plan</c>: the change of a policy that enforces namespaces.</summary>
internal static class RolloutPlanCommand
{
    private const string Name = "rollout plan";

    public static Command Create()
    {
        var namespaces = new Argument<string[]>("NAMESPACE") { Description = "The namespaces to enforce", Arity = ArgumentArity.OneOrMore };
        var from = new Option<string[]>("--from")
        {
            Description = $"The log: a directory of segments, a file, or - for stdin; repeatable [${Flag.Variable("--audit-dir")}]",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        var anyway = new Option<bool>("--anyway") { Description = "Enforce namespaces that are not ready, too" };
        var form = OutputFlag.Of("values", "policy");
        var asked = new RolloutFlags();
        var sources = new SourceFlags();
        var command = new Command("plan", "Write the change that enforces namespaces, as values of the chart or as the whole policy. Exit 1 if a namespace is not ready") { namespaces, from, anyway, form };
        asked.AddTo(command);
        sources.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            Asked Given() => new(parsed.GetRequiredValue(namespaces), sources.Read(parsed, parsed.GetValue(from) ?? []), parsed.GetValue(anyway), parsed.GetValue(form)!);
            return CommandGuard.RunAsync(Name, () => RunAsync(Given(), parsed, asked, output, errors, cancellation), errors);
        });
        return command;
    }

    private static async Task<int> RunAsync(Asked given, ParseResult parsed, RolloutFlags asked, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var policy = await asked.ReadAsync(parsed, given.From, cancellation);
        var findings = await LogInput.ReadAsync(given.From, new DemandRequest(AuditQuestion.Everything, PolicyLabels.Of(policy)), errors, cancellation);
        var status = RolloutStatus.Of(findings.Table, policy, asked.LeftOut(parsed), asked.Settle(parsed));
        var plan = RolloutPlan.For(policy, status, given.Namespaces, given.Anyway);
        foreach (var (name, reason) in plan.Refusals)
        {
            await errors.WriteLineAsync($"imds-proxy: {Name}: {PlainText.Of(name)} is not enforced. {reason}");
        }

        var isTested = plan.Policy is { } planned && await BesideTests.PassAsync(Name, asked.Path(parsed), planned, errors, cancellation);
        if (isTested)
        {
            Write(plan, given.Form, output);
        }

        return await DemandCommand.EndAsync(Name, findings, !isTested, errors);
    }

    private static void Write(RolloutPlan plan, string form, TextWriter output)
    {
        if (form == "policy")
        {
            output.Write(Encoding.UTF8.GetString(plan.PolicyJson.Span));
        }
        else
        {
            ValuesText.WriteModes(plan.PolicyJson, output);
        }
    }

    /// <summary>What the command line asks.</summary>
    private sealed record Asked(IReadOnlyList<string> Namespaces, IAuditSource From, bool Anyway, string Form);
}
