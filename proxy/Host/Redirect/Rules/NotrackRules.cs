using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>
/// A rule that takes our packets out of connection tracking: the DNAT never sees them. The guards still drop them,
/// so this closes IMDS and opens nothing, but moving our rules about would not help.
/// </summary>
internal static class NotrackRules
{
    public static IEnumerable<string> Blockers(SavedRules saved, ImmutableArray<ManagedChain> wanted)
    {
        if (wanted.FirstOrDefault(c => c.Table == "nat") is not { } redirect)
        {
            return [];
        }

        return from rule in saved.Find("raw", "PREROUTING")?.Rules ?? []
               where rule.Target == "NOTRACK" || (rule.Target == "CT" && rule.Options.Any(o => o.Name == "--notrack"))
               where redirect.Packets.Any(p => PacketMatch.Of(rule, p) == MatchResult.Certain)
               select $"not tracked: raw PREROUTING keeps our packets from the redirect: {rule.Text}";
    }
}
