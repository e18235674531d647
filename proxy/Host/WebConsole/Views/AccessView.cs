using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Access;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;
using ImdsProxy.Workbench;

namespace ImdsProxy.WebConsole.Views;

/// <summary><c>GET /api/v1/access?since=30d</c>: which workload uses which identity for which resource.</summary>
internal sealed class AccessView(LogReading log, ConsolePolicy policy)
{
    public async Task HandleAsync(HttpContext context)
    {
        var document = await policy.FindAsync(context.RequestAborted);
        var since = context.Request.Query["since"].ToString() is { Length: > 0 } text ? text : null;
        var findings = await log.FindAsync(since, document is null ? [] : PolicyLabels.Of(document), context.RequestAborted);
        var answer = AccessJson.Of(
            AccessMatrix.Of(findings.Table, document), DemandIdentities.Of(findings.Table, document), CoverageJson.Of(LogProblems.BasisOf(findings)), document?.Revision);
        await ConsoleAnswer.SendAsync(context, answer, ViewJson.Default.AccessJson);
    }
}
