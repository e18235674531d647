using System.Text.Json;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Explaining;

namespace ImdsProxy.Workbench;

/// <summary>The result of <c>policy simulate</c>.</summary>
/// <param name="Revision">The policy's revision.</param>
/// <param name="Against">The revision of the policy that it is compared with, or <c>recorded</c>.</param>
/// <param name="Modes"><c>enforced</c> or <c>as-written</c>.</param>
/// <param name="Coverage">What the result rests on.</param>
/// <param name="Summary">The requests by outcome.</param>
/// <param name="Items">The changes, and what was not judged.</param>
internal sealed record SimulateJson(string Revision, string Against, string Modes, CoverageJson Coverage, SimulateJson.Counts Summary, IReadOnlyList<SimulateJson.Item> Items)
{
    public static SimulateJson Of(SimulateAnswer answer) => new(
        answer.Result.Revision,
        answer.Result.Against ?? "recorded",
        answer.AsWritten ? "as-written" : "enforced",
        CoverageJson.Of(answer.Basis),
        new Counts(answer.Result.Unchanged, answer.Result.WouldBreak, answer.Result.WouldOpen, answer.Result.NotJudged),
        [
            .. answer.Result.Items.Select(item => ItemOf(item, answer)),
            .. answer.Result.Others.Select(static other => new Item("not-judged", null, other.Value, other.Key.Name(), null, null, null)),
        ]);

    private static Item ItemOf(SimulationItem item, SimulateAnswer answer) => new(
        item.Outcome switch
        {
            SimulationOutcome.WouldBreak => "would-break",
            SimulationOutcome.WouldOpen => "would-open",
            _ => "not-judged",
        },
        DemandJson.Of(item.Demand, answer.Identities),
        item.Requests,
        item.Cause?.Name() ?? item.Reason!.Value.Name(),
        item.Rule,
        answer.FixOf(item) is { } fix ? FixOf(fix) : null,
        answer.WhyLeftOut(item) is { } left ? LeftOutWords.Name(left.Reason) : null);

    private static Fix FixOf(PermissionHint hint) => new(Parsed(hint.Workload), Parsed(hint.Permission), hint.Notes.IsEmpty ? null : [.. hint.Notes]);

    private static JsonElement Parsed(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>Numbers of requests.</summary>
    internal sealed record Counts(long Unchanged, long WouldBreak, long WouldOpen, long NotJudged);

    /// <summary>
    /// Requests that a policy would change, or that were not judged. Those that are no demand have no <paramref name="Demand"/>. For a
    /// break, <paramref name="LeftOut"/> is the reason for which a suggestion leaves the demand out.
    /// </summary>
    internal sealed record Item(string Outcome, DemandJson? Demand, long Requests, string Reason, string? Rule, Fix? Fix, string? LeftOut);

    /// <summary>The permission that would prevent a break: an entry of a rule's workloads, and one of its allows.</summary>
    internal sealed record Fix(JsonElement Workload, JsonElement Permission, IReadOnlyList<string>? Notes);
}
