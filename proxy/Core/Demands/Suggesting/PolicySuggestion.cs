using System.Collections.Immutable;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Writing;

namespace ImdsProxy.Core.Demands.Suggesting;

/// <summary>Writes the least policy that lets through the demands of a log.</summary>
public static class PolicySuggestion
{
    private static readonly PolicyDocument Empty = new(PolicyMode.Audit, [], [], [], "");

    /// <summary>Suggests a policy.</summary>
    /// <param name="table">The demands. Its <see cref="DemandTable.LabelKeys"/> hold the labels that the base policy names.</param>
    /// <param name="options">The options of the suggestion.</param>
    /// <exception cref="InvalidOperationException">The base is not one that the loader accepts, or the policy would be larger than it accepts.</exception>
    public static SuggestResult From(DemandTable table, SuggestOptions options)
    {
        var learned = LearnedIdentities.Of(table);
        var policy = options.Base ?? Empty;
        var facts = new IdentityFacts(table, policy, learned, options.Protect);
        var judge = new DemandJudge(table, options, new DecidedPolicy(policy, table, learned), facts);
        var choice = new DemandChoice(table, options, judge);
        var draft = Settle(table, policy, choice, learned);
        return Result(table, options, choice, draft);
    }

    /// <summary>The demands that a suggestion for this base leaves out, and why, without writing one.</summary>
    public static ImmutableArray<LeftOut> LeftOutBy(DemandTable table, PolicyDocument policy)
    {
        var learned = LearnedIdentities.Of(table);
        var options = new SuggestOptions { Base = policy };
        return [.. new DemandChoice(table, options, new DemandJudge(table, options, new DecidedPolicy(policy, table, learned), new IdentityFacts(table, policy, learned, []))).LeftOut];
    }

    // The proxy's decider confirms the draft. If it denies a demand despite its permission, the demand is left out and the policy is drafted again.
    private static DraftPolicy Settle(DemandTable table, PolicyDocument policy, DemandChoice choice, LearnedIdentities learned)
    {
        while (true)
        {
            var draft = new DraftPolicy(policy, choice.Facts, choice.Wanted);
            var document = draft.Load.Document ?? throw new InvalidOperationException(
                $"the suggested policy is refused: {string.Join("; ", draft.Load.Problems.Where(static problem => problem.Severity == ProblemSeverity.Error).Take(3).Select(static problem => problem.Message))}");
            var merged = new DecidedPolicy(document, table, learned);
            if (!choice.Withdraw(merged.Of))
            {
                choice.Recognise(merged.Of);
                return draft;
            }
        }
    }

    private static SuggestResult Result(DemandTable table, SuggestOptions options, DemandChoice choice, DraftPolicy draft)
    {
        var order = new Dictionary<Demand, int>(ReferenceEqualityComparer.Instance);
        foreach (var demand in table.Demands)
        {
            order[demand] = order.Count;
        }

        var accepted = choice.Wanted.Select(static want => want.Demand.Id).ToHashSet(StringComparer.Ordinal);
        return new SuggestResult(
            draft.Load.Document!,
            draft.Json,
            PolicyWriter.WriteFragment(draft.Identities, draft.Rules),
            [
                .. choice.Wanted
                    .OrderBy(want => order[want.Demand])
                    .Select(want => new Proposal(want.Demand, draft.RuleFor(want.Demand.Key.Workload), want.QuietPath is not null, KnownCallers.NameOf(want.Demand))),
            ],
            [.. choice.LeftOut.OrderBy(left => order[left.Demand!]), .. Others(table)])
        {
            Rules = draft.Rules,
            Identities = draft.Identities,
            Unaccepted = [.. options.Accept.Where(id => !accepted.Contains(id)).Distinct(StringComparer.Ordinal)],
            Warnings = draft.Load.Problems,
        };
    }

    private static IEnumerable<LeftOut> Others(DemandTable table) =>
        table.Workloads.Where(static workload => workload.Folded > 0)
            .Select(static workload => new LeftOut(null, LeftOutReason.Folded, workload.Folded) { Workload = workload.Workload })
            .Concat(
            [
                .. Of(table, LeftOutReason.CallerUnknown, NotJudged.CallerUnknown, NotJudged.CallerAmbiguous, NotJudged.CallerIsNode),
                .. Of(table, LeftOutReason.Malformed, NotJudged.Malformed),
            ]);

    private static IEnumerable<LeftOut> Of(DemandTable table, LeftOutReason reason, params ReadOnlySpan<NotJudged> causes)
    {
        var requests = 0L;
        foreach (var cause in causes)
        {
            requests += table.NotJudged.GetValueOrDefault(cause);
        }

        return requests > 0 ? [new LeftOut(null, reason, requests)] : [];
    }
}
