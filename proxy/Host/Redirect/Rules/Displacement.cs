using System.Collections.Frozen;

namespace ImdsProxy.Redirect.Rules;

/// <summary>
/// Finds rules before our jump that could take packets past it. A DROP before our jump does no harm: the packet does not reach
/// IMDS either way. Moving our jump first would not help, because packets that return from our chain would still reach the DROP.
/// </summary>
internal static class Displacement
{
    // The chains of Calico, of kube-proxy and kubelet, and of Cilium.
    private static readonly string[] OtherProducts = ["cali-", "KUBE-", "CILIUM_"];

    // Targets that are not chains. Any other target is treated as a chain.
    private static readonly FrozenSet<string> WellKnownTargets = FrozenSet.ToFrozenSet(
        ["ACCEPT", "DROP", "RETURN", "REJECT", "QUEUE", "NFQUEUE", "LOG", "NFLOG", "MARK", "CONNMARK", "CT", "NOTRACK", "DNAT", "REDIRECT", "NETMAP", "TCPMSS"],
        StringComparer.Ordinal);

    /// <summary>
    /// The rules that displace our jump. If another product's jump might displace our jump but need not, it becomes a note
    /// instead.
    /// </summary>
    public static IEnumerable<ChainProblem> Of(SavedRules saved, ManagedChain chain, List<string> notes)
    {
        foreach (var rule in saved.Find(chain.Table, chain.Hook)?.Rules ?? [])
        {
            if (rule.Target == chain.Name)
            {
                yield break;
            }

            var skips = MostCertain(chain, packet => SkipsTable(saved, chain.Table, rule, packet, depth: 0));
            if (skips == MatchResult.No)
            {
                continue;
            }

            if (skips == MatchResult.Possible && OtherProducts.Any(p => rule.Target!.StartsWith(p, StringComparison.Ordinal)))
            {
                notes.Add($"another product's jump runs before ours: {chain.Table} {chain.Hook}: {rule.Text}");
            }
            else
            {
                yield return new ChainProblem(ProblemKind.DisplacedJump, $"displaced: {chain.Table} {chain.Hook}: this rule runs before our jump: {rule.Text}");
            }
        }
    }

    /// <summary>Whether a rule before our jump leads to a chain, whose rules must then be read too.</summary>
    public static bool NeedsOtherChains(SavedRules saved, ManagedChain chain) => (saved.Find(chain.Table, chain.Hook)?.Rules ?? [])
        .TakeWhile(rule => rule.Target != chain.Name)
        .Any(rule => rule.Target is { } target && !WellKnownTargets.Contains(target));

    private static MatchResult MostCertain(ManagedChain chain, Func<PacketShape, MatchResult> of) =>
        chain.Packets.Select(of).Max();

    // The kernel limits how deep jumps nest (its jump stack) to 16 levels.
    private static MatchResult SkipsTable(SavedRules saved, string table, Rule rule, PacketShape packet, int depth)
    {
        var match = PacketMatch.Of(rule, packet);
        if (match == MatchResult.No || rule.Target is not { } target || depth > 16)
        {
            return MatchResult.No;
        }

        if (IsFinal(target, depth) || (rule.IsGoto && depth == 0))
        {
            return match;
        }

        var inside = (saved.Find(table, target)?.Rules ?? [])
            .Select(inner => SkipsTable(saved, table, inner, packet, depth + 1))
            .Append(MatchResult.No)
            .Max();
        return inside < match ? inside : match;
    }

    // These targets skip the table's later rules. RETURN does so only in a built-in chain.
    private static bool IsFinal(string target, int depth) => target switch
    {
        "ACCEPT" or "QUEUE" or "NFQUEUE" or "DNAT" or "REDIRECT" or "NETMAP" => true,
        "RETURN" => depth == 0,
        _ => false,
    };
}
