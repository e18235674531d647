using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Rollout;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;
using ImdsProxy.Workbench;

namespace ImdsProxy.WebConsole.Views;

/// <summary><c>GET /api/v1/rollout</c>: the answer of <c>rollout status -o json</c>.</summary>
internal sealed class RolloutView(LogReading log, ConsolePolicy policy)
{
    public async Task HandleAsync(HttpContext context)
    {
        var document = await policy.NeedAsync(context.RequestAborted);
        var findings = await log.FindAsync(null, PolicyLabels.Of(document), context.RequestAborted);
        var namespaces = RolloutStatus.Of(findings.Table, document);
        var answer = new RolloutAnswer(policy.Path!, document.Revision, namespaces, LogProblems.BasisOf(findings), DemandIdentities.Of(findings.Table, document));
        await ConsoleAnswer.SendAsync(context, WorkbenchJson.Bytes(RolloutJson.Of(answer), WorkbenchJson.Default.RolloutJson));
    }
}
