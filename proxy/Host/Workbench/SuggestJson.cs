using System.Text.Json;
using System.Text.Json.Serialization;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;

namespace ImdsProxy.Workbench;

/// <summary>The result of <c>policy suggest</c>.</summary>
/// <param name="Base">The base's revision, or null without a base.</param>
/// <param name="Coverage">What the suggestion rests on.</param>
/// <param name="Policy">The whole policy, base and suggestion merged.</param>
/// <param name="Proposed">The demands that the suggestion decides.</param>
/// <param name="LeftOut">The demands and requests that it leaves out.</param>
internal sealed record SuggestJson(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Base,
    CoverageJson Coverage,
    JsonElement Policy,
    IReadOnlyList<SuggestJson.Proposal> Proposed,
    IReadOnlyList<SuggestJson.Omission> LeftOut)
{
    public static SuggestJson Of(SuggestAnswer answer)
    {
        using var policy = JsonDocument.Parse(answer.Result.PolicyJson);
        return new SuggestJson(
            answer.BaseRevision,
            CoverageJson.Of(answer.Basis),
            policy.RootElement.Clone(),
            [.. answer.Result.Proposed.Select(proposal => new Proposal(
                DemandJson.Of(proposal.Demand, answer.Identities), proposal.Rule, proposal.IsQuietDeny ? "quiet-deny" : "allow", proposal.KnownCaller))],
            [.. answer.Result.LeftOut.Select(left => OmissionOf(left, answer.Identities))]);
    }

    private static Omission OmissionOf(LeftOut left, DemandIdentities identities) => new(
        left.Demand is { } demand ? DemandJson.Of(demand, identities) : null,
        LeftOutWords.Name(left.Reason),
        left.Requests,
        left.IsAcceptable,
        left.Eligible?.UtcDateTime,
        left.Rule,
        left.Detail,
        left.Workload?.ToString());

    /// <summary>A demand that a suggested rule decides.</summary>
    internal sealed record Proposal(DemandJson Demand, string Rule, string Kind, string? KnownCaller);

    /// <summary>Requests that are left out. Those that are no demand have no <paramref name="Demand"/>.</summary>
    internal sealed record Omission(DemandJson? Demand, string Reason, long Requests, bool Acceptable, DateTime? Eligible, string? Rule, string? Detail, string? Workload);
}
