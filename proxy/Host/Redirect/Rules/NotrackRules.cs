using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>
/// Finds rules that exempt our packets from connection tracking. The DNAT never sees such packets. The guards still drop these
/// packets, so pods lose IMDS, but direct access does not open. Moving our rules would not help.
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
               select $"not tracked: raw PREROUTING exempts IMDS packets from connection tracking, so the redirect never sees them: {rule.Text}";
    }
}
