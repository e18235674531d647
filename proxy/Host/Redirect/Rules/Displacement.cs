using System.Collections.Frozen;

namespace ImdsProxy.Redirect.Rules;

/// <summary>
/// Whether a rule before our jump could end our packets' way. A DROP before us is no matter: the way ends there as it
/// would with us, and standing first would not bring back what it drops after our RETURN.
/// </summary>
internal static class Displacement
{
    // Calico's and Cilium's chains, and those of kube-proxy and kubelet.
    private static readonly string[] OtherProducts = ["cali-", "KUBE-", "CILIUM_"];

    // Targets that are no chains. One that is not among them is taken for a chain.
    private static readonly FrozenSet<string> WellKnownTargets = FrozenSet.ToFrozenSet(
        ["ACCEPT", "DROP", "RETURN", "REJECT", "QUEUE", "NFQUEUE", "LOG", "NFLOG", "MARK", "CONNMARK", "CT", "NOTRACK", "DNAT", "REDIRECT", "NETMAP", "TCPMSS"],
        StringComparer.Ordinal);

    /// <summary>The rules before our jump that displace it; a word on those that only might goes into the notes.</summary>
    public static IEnumerable<ChainProblem> Of(SavedRules saved, ManagedChain chain, List<string> notes)
    {
        foreach (var rule in saved.Find(chain.Table, chain.Hook)?.Rules ?? [])
        {
            if (rule.Target == chain.Name)
            {
                yield break;
            }

            var end = Strongest(chain, packet => End(saved, chain.Table, rule, packet, depth: 0));
            if (end == MatchResult.No)
            {
                continue;
            }

            if (end == MatchResult.Possible && OtherProducts.Any(p => rule.Target!.StartsWith(p, StringComparison.Ordinal)))
            {
                notes.Add($"another product's jump stands before ours: {chain.Table} {chain.Hook}: {rule.Text}");
            }
            else
            {
                yield return new ChainProblem(ProblemKind.DisplacedJump, $"displaced: {chain.Table} {chain.Hook}: our jump stands behind: {rule.Text}");
            }
        }
    }

    /// <summary>Whether a rule before our jump leads to a chain whose rules must be known, too.</summary>
    public static bool NeedsOtherChains(SavedRules saved, ManagedChain chain) => (saved.Find(chain.Table, chain.Hook)?.Rules ?? [])
        .TakeWhile(rule => rule.Target != chain.Name)
        .Any(rule => rule.Target is { } target && !WellKnownTargets.Contains(target));

    private static MatchResult Strongest(ManagedChain chain, Func<PacketShape, MatchResult> of) =>
        chain.Packets.Select(of).Max();

    // 16 levels: the kernel's own limit on how deep jumps nest (its jump stack) is of that size.
    private static MatchResult End(SavedRules saved, string table, Rule rule, PacketShape packet, int depth)
    {
        var match = PacketMatch.Of(rule, packet);
        if (match == MatchResult.No || rule.Target is not { } target || depth > 16)
        {
            return MatchResult.No;
        }

        if (EndsTheWay(target, depth) || (rule.IsGoto && depth == 0))
        {
            return match;
        }

        var inside = (saved.Find(table, target)?.Rules ?? [])
            .Select(inner => End(saved, table, inner, packet, depth + 1))
            .Append(MatchResult.No)
            .Max();
        return inside < match ? inside : match;
    }

    // Verdicts after which the table's later rules are not asked; RETURN means that only in a built-in chain.
    private static bool EndsTheWay(string target, int depth) => target switch
    {
        "ACCEPT" or "QUEUE" or "NFQUEUE" or "DNAT" or "REDIRECT" or "NETMAP" => true,
        "RETURN" => depth == 0,
        _ => false,
    };
}
