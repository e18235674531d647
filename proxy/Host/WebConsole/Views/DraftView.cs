using System.Text;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Sources;
using ImdsProxy.WebConsole.Answers;
using ImdsProxy.WebConsole.Inputs;
using ImdsProxy.Workbench;

namespace ImdsProxy.WebConsole.Views;

/// <summary>
/// <c>POST /api/v1/draft/…</c>: the suggestion, and the errors and effects of a draft. The draft itself stays in the browser.
/// </summary>
internal sealed class DraftView(LogReading log, ConsolePolicy policy, IReadOnlyList<string> sources)
{
    private const string Name = "draft";

    // What a draft is compared with if no policy is in force: everything is denied.
    private static readonly PolicyDocument Nothing = new(PolicyMode.Enforce, [], [], [], "none");

    /// <summary>Returns the policy in force.</summary>
    public async Task HandleBaseAsync(HttpContext context) =>
        await ConsoleAnswer.SendAsync(context, new DraftBase(await policy.TextAsync(context.RequestAborted), policy.Path!), ViewJson.Default.DraftBase);

    /// <summary>Returns the errors and warnings of a draft.</summary>
    public static async Task HandleCheckAsync(HttpContext context)
    {
        var load = Load(await ConsoleAnswer.ReadAsync(context, ViewJson.Default.DraftRequest));
        await ConsoleAnswer.SendAsync(
            context,
            new DraftCheck(
                load.Document?.Revision,
                [.. load.Problems.Select(static problem => new DraftCheck.Problem(problem.Severity == ProblemSeverity.Error ? "error" : "warning", problem.Line, problem.Pointer, problem.Message))]),
            ViewJson.Default.DraftCheck);
    }

    /// <summary>Returns the answer of <c>policy suggest -o json</c>.</summary>
    public async Task HandleSuggestAsync(HttpContext context)
    {
        var asked = await ConsoleAnswer.ReadAsync(context, ViewJson.Default.DraftRequest);
        var document = await policy.FindAsync(context.RequestAborted);
        var findings = await ReadAsync(context, document);
        var result = await Task.Run(() => Suggest(findings, document, asked), context.RequestAborted);
        var answer = new SuggestAnswer(policy.Path, document?.Revision, [.. sources], result, LogProblems.BasisOf(findings), DemandIdentities.Of(findings.Table, document));
        await ConsoleAnswer.SendAsync(context, WorkbenchJson.Bytes(SuggestJson.Of(answer), WorkbenchJson.Default.SuggestJson));
    }

    /// <summary>Returns what each reason means for which <c>suggest</c> leaves something out.</summary>
    public static Task HandleReasonsAsync(HttpContext context) => ConsoleAnswer.SendAsync(
        context, Enum.GetValues<LeftOutReason>().ToDictionary(LeftOutWords.Name, LeftOutWords.Of, StringComparer.Ordinal), ViewJson.Default.DictionaryStringString);

    /// <summary>Returns the answer of <c>policy simulate -o json</c> for a draft.</summary>
    public async Task HandleSimulateAsync(HttpContext context)
    {
        var draft = Document(await ConsoleAnswer.ReadAsync(context, ViewJson.Default.DraftRequest));
        var findings = await ReadAsync(context, draft);
        var result = await Task.Run(() => PolicySimulation.Run(findings.Table, draft), context.RequestAborted);
        var answer = new SimulateAnswer(Name, null, false, result, LogProblems.BasisOf(findings), DemandIdentities.Of(findings.Table, draft), SimulateAnswer.LeftOutOf(findings.Table, draft, result));
        await ConsoleAnswer.SendAsync(context, WorkbenchJson.Bytes(SimulateJson.Of(answer), WorkbenchJson.Default.SimulateJson));
    }

    /// <summary>Returns the answer of <c>policy diff -o json</c>, from the policy in force to a draft.</summary>
    public async Task HandleDiffAsync(HttpContext context)
    {
        var draft = Document(await ConsoleAnswer.ReadAsync(context, ViewJson.Default.DraftRequest));
        var before = await policy.FindAsync(context.RequestAborted) ?? Nothing;
        var comparisons = await Task.Run(() => PolicyProofs.CompareModes(before, draft), context.RequestAborted);
        var answer = new DiffAnswer(new PolicyName(policy.Path ?? "nothing", before.Revision), new PolicyName(Name, draft.Revision), comparisons[0], comparisons[1..]);
        if (answer.Verdict.Status == ProofStatus.Disagreement)
        {
            throw new ConsoleProblem(StatusCodes.Status500InternalServerError, "disagreement", answer.Verdict.Message);
        }

        await ConsoleAnswer.SendAsync(context, WorkbenchJson.Bytes(DiffJson.Of(answer), WorkbenchJson.Default.DiffJson));
    }

    private Task<LogFindings> ReadAsync(HttpContext context, PolicyDocument? document) =>
        log.FindAsync(null, document is null ? [] : PolicyLabels.Of(document), context.RequestAborted);

    private static SuggestResult Suggest(LogFindings findings, PolicyDocument? document, DraftRequest asked)
    {
        try
        {
            return PolicySuggestion.From(findings.Table, new SuggestOptions { Base = document, Accept = [.. asked.Accept ?? []] });
        }
        catch (InvalidOperationException e)
        {
            throw new ConsoleProblem(StatusCodes.Status409Conflict, "no_suggestion", e.Message);
        }
    }

    private static PolicyLoad Load(DraftRequest asked) => PolicyLoader.Load(Encoding.UTF8.GetBytes(asked.Policy ?? ""));

    private static PolicyDocument Document(DraftRequest asked)
    {
        var load = Load(asked);
        return load.Document ?? throw new ConsoleProblem(
            StatusCodes.Status409Conflict, "policy_invalid", $"the draft has errors, the first in line {load.Problems[0].Line}: {load.Problems[0].Message}");
    }
}

/// <summary>A question about a draft.</summary>
/// <param name="Policy">The draft.</param>
/// <param name="Accept">The ids of the demands that the operator has looked at.</param>
internal sealed record DraftRequest(string? Policy, IReadOnlyList<string>? Accept);

/// <summary>The policy in force.</summary>
internal sealed record DraftBase(string Policy, string Path);

/// <summary>The errors and warnings of a draft.</summary>
/// <param name="Revision">The revision that it would have, or null if it has errors.</param>
/// <param name="Problems">The errors and warnings.</param>
internal sealed record DraftCheck(string? Revision, IReadOnlyList<DraftCheck.Problem> Problems)
{
    /// <summary>An error or a warning.</summary>
    internal sealed record Problem(string Severity, int Line, string Pointer, string Message);
}
