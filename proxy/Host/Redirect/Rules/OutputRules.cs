using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Finds iptables rules that may take the node's own connections to IMDS before our lease does.</summary>
internal static class OutputRules
{
    private static readonly PacketShape ToImds = new(IPAddress.Parse(KnownAddresses.Imds), "tcp", [KnownAddresses.ImdsPort]);

    /// <summary>Each rule in nat OUTPUT that may redirect such a connection, and each rule in raw OUTPUT that exempts it from connection tracking, in words.</summary>
    public static IEnumerable<string> Ahead(string backend, SavedRules saved) =>
        Redirecting(saved, "OUTPUT", depth: 0).Select(found => $"{backend} nat {found}")
            .Concat((saved.Find("raw", "OUTPUT")?.Rules ?? []).Where(IsNotrack).Select(rule => $"{backend} raw OUTPUT: {rule.Text}"));

    // The kernel limits how deep jumps nest (its jump stack) to 16 levels.
    private static IEnumerable<string> Redirecting(SavedRules saved, string chain, int depth)
    {
        foreach (var rule in depth > 16 ? [] : saved.Find("nat", chain)?.Rules ?? [])
        {
            if (rule.Target is not { } target || PacketMatch.Of(rule, ToImds) == MatchResult.No)
            {
                continue;
            }

            if (target is "DNAT" or "REDIRECT" or "NETMAP")
            {
                yield return $"{chain}: {rule.Text}";
            }

            foreach (var found in Redirecting(saved, target, depth + 1))
            {
                yield return found;
            }
        }
    }

    private static bool IsNotrack(Rule rule) =>
        (rule.Target == "NOTRACK" || (rule.Target == "CT" && rule.Options.Any(o => o.Name == "--notrack")))
        && PacketMatch.Of(rule, ToImds) == MatchResult.Certain;
}
