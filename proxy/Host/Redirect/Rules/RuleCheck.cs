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
        List<Rule> there = [.. saved.Find(chain.Table, chain.Name)?.Rules ?? []];
        List<Rule> wanted = [.. chain.Rules.Select(RuleParser.Parse)];
        List<Rule> jumpsThere = [.. jumps.Select(RuleParser.Parse)];
        var jump = RuleParser.Parse(chain.Jump);
        List<ChainProblem> problems = [.. Content(chain, there, wanted), .. Jump(chain, jumpsThere, jump)];
        if (!jumps.IsEmpty)
        {
            problems.AddRange(Displacement.Of(saved, chain, notes));
        }

        var reaches = jumpsThere.Exists(j => j.Effect == jump.Effect) && !problems.Exists(p => p.Kind == ProblemKind.DisplacedJump);
        return new ChainCheck(chain, [.. problems], jumps, reaches && Guards(there, wanted));
    }

    // Rules of another generation guard as well as ours. Any other rule in the chain might let packets past.
    private static bool Guards(List<Rule> there, List<Rule> wanted) =>
        wanted.Count > 0
        && there.Exists(r => r.Effect == wanted[0].Effect)
        && there.TrueForAll(r => wanted.Exists(w => w.Effect == r.Effect));

    private static IEnumerable<ChainProblem> Content(ManagedChain chain, List<Rule> there, List<Rule> wanted)
    {
        var found = false;
        foreach (var rule in wanted.Where(w => !there.Exists(r => r.Canonical == w.Canonical)))
        {
            found = true;
            yield return new ChainProblem(ProblemKind.MissingRule, $"missing: {chain.Table} {chain.Name}: {rule.Text}");
        }

        foreach (var rule in there.Where(r => wanted.TrueForAll(w => w.Canonical != r.Canonical)))
        {
            found = true;
            yield return new ChainProblem(ProblemKind.UnexpectedRule, $"unexpected: {chain.Table} {chain.Name}: {rule.Text}");
        }

        if (!found && !there.Select(r => r.Canonical).SequenceEqual(wanted.Select(w => w.Canonical), StringComparer.Ordinal))
        {
            yield return new ChainProblem(ProblemKind.RuleOrder, $"wrong order: {chain.Table} {chain.Name}");
        }
    }

    private static IEnumerable<ChainProblem> Jump(ManagedChain chain, List<Rule> there, Rule wanted)
    {
        var good = there.Count(j => j.Canonical == wanted.Canonical);
        if (good == 0)
        {
            yield return new ChainProblem(ProblemKind.MissingJump, $"missing: {chain.Table} {chain.Hook}: {chain.Jump}");
        }

        if (there.Count > good || good > 1)
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
