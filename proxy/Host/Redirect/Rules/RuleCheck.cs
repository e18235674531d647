using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Compares the saved rules with the wanted rules. Has no side effects.</summary>
internal static class RuleCheck
{
    public static CheckResult Of(SavedRules saved, ImmutableArray<ManagedChain> wanted)
    {
        var notes = new List<string>();
        var chains = wanted.Select(chain => Of(saved, chain, notes)).ToImmutableArray();
        return new CheckResult(chains, Unwanted(saved, wanted), [.. NotrackRules.Blockers(saved, wanted)], [.. notes], NewestGeneration(saved));
    }

    private static ChainCheck Of(SavedRules saved, ManagedChain chain, List<string> notes)
    {
        var jumps = saved.JumpsTo(chain.Table, chain.Name).Where(j => j.In.Name == chain.Hook).Select(j => j.Line).ToImmutableArray();
        var problems = Content(saved, chain).ToList();
        problems.AddRange(Jump(saved, chain, jumps));
        if (!jumps.IsEmpty)
        {
            problems.AddRange(Displacement.Of(saved, chain, notes));
        }

        return new ChainCheck(chain, [.. problems], jumps, Guards(saved, chain, jumps, problems));
    }

    // Rules of another generation guard as well as ours. Any other rule in the chain might let packets past.
    private static bool Guards(SavedRules saved, ManagedChain chain, ImmutableArray<string> jumps, List<ChainProblem> problems)
    {
        var there = (saved.Find(chain.Table, chain.Name)?.Rules ?? []).Select(r => r.Effect).ToList();
        var wanted = chain.Rules.Select(Effect).ToList();
        return there.Contains(wanted.FirstOrDefault(), StringComparer.Ordinal)
            && there.TrueForAll(r => wanted.Contains(r, StringComparer.Ordinal))
            && jumps.Any(j => Effect(j) == Effect(chain.Jump))
            && !problems.Exists(p => p.Kind == ProblemKind.DisplacedJump);
    }

    private static string Effect(string rule) => RuleParser.Parse(rule).Effect;

    private static IEnumerable<ChainProblem> Content(SavedRules saved, ManagedChain chain)
    {
        var there = saved.Find(chain.Table, chain.Name)?.Rules ?? [];
        var actual = there.Select(r => r.Canonical).ToList();
        var expected = chain.Rules.Select(r => RuleParser.Parse(r)).ToList();
        var found = false;
        foreach (var rule in expected.Where(r => !actual.Contains(r.Canonical, StringComparer.Ordinal)))
        {
            found = true;
            yield return new ChainProblem(ProblemKind.MissingRule, $"missing: {chain.Table} {chain.Name}: {rule.Text}");
        }

        foreach (var rule in there.Where(r => expected.TrueForAll(e => e.Canonical != r.Canonical)))
        {
            found = true;
            yield return new ChainProblem(ProblemKind.UnexpectedRule, $"unexpected: {chain.Table} {chain.Name}: {rule.Text}");
        }

        if (!found && !actual.SequenceEqual(expected.Select(e => e.Canonical), StringComparer.Ordinal))
        {
            yield return new ChainProblem(ProblemKind.RuleOrder, $"wrong order: {chain.Table} {chain.Name}");
        }
    }

    private static IEnumerable<ChainProblem> Jump(SavedRules saved, ManagedChain chain, ImmutableArray<string> jumps)
    {
        var wanted = RuleParser.Parse(chain.Jump).Canonical;
        var good = jumps.Count(j => RuleParser.Parse(j).Canonical == wanted);
        if (good == 0)
        {
            yield return new ChainProblem(ProblemKind.MissingJump, $"missing: {chain.Table} {chain.Hook}: {chain.Jump}");
        }

        if (jumps.Length > good || good > 1)
        {
            yield return new ChainProblem(ProblemKind.UnexpectedJump, $"outdated or duplicate jump: {chain.Table} {chain.Hook} to {chain.Name}");
        }
    }

    private static ImmutableArray<(string Table, string Chain)> Unwanted(SavedRules saved, ImmutableArray<ManagedChain> wanted) =>
    [
        .. from entry in saved.Chains
           where RuleSet.IsOurs(entry.Chain.Name)
           where !wanted.Any(w => w.Table == entry.Table && w.Name == entry.Chain.Name)
           select (entry.Table, entry.Chain.Name),
    ];

    private static int NewestGeneration(SavedRules saved) =>
        saved.Chains.SelectMany(c => c.Chain.Lines)
            .Where(RuleMark.IsIn)
            .Max(line => RuleMark.Generation(RuleParser.Parse(line).Comment)) ?? 0;
}
