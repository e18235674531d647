using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Finds what closes IMDS already: our DNAT takes packets to INPUT, past everything in FORWARD.</summary>
internal static class ExistingBlocks
{
    // A rule on a wider network than a /16 is about something else.
    private const int WidestPrefix = 16;

    // The comment that AKS's node image writes on its own rule.
    private const string AksComment = "ensureIMDSRestriction";

    private static readonly PacketShape ToImds = new(IPAddress.Parse(KnownAddresses.Imds), "tcp", [KnownAddresses.ImdsPort]);

    /// <summary>Each DROP or REJECT for IMDS that a forwarded packet meets and that is not ours, in words.</summary>
    public static IEnumerable<string> Of(string backend, SavedRules saved) =>
        from table in saved.Chains.Select(c => c.Table).Distinct(StringComparer.Ordinal)
        from found in In(saved, table, "FORWARD", depth: 0)
        select $"{backend} {table} {found.Chain}: {found.Rule.Text}{Owner(found.Rule)}";

    private static IEnumerable<(string Chain, Rule Rule)> In(SavedRules saved, string table, string chain, int depth)
    {
        if (depth > 16 || RuleSet.IsOurs(chain))
        {
            yield break;
        }

        foreach (var rule in saved.Find(table, chain)?.Rules ?? [])
        {
            if (rule.Target is "DROP" or "REJECT" && IsAboutImds(rule))
            {
                yield return (chain, rule);
            }
            else if (rule.Target is { } target && PacketMatch.Of(rule, ToImds) != MatchResult.No)
            {
                foreach (var found in In(saved, table, target, depth + 1))
                {
                    yield return found;
                }
            }
        }
    }

    private static bool IsAboutImds(Rule rule) =>
        PacketMatch.Of(rule, ToImds) != MatchResult.No
        && rule.Conditions.Any(c => c is { Name: "-d", Negated: false } && Prefix(c.Value) >= WidestPrefix);

    private static int Prefix(string network) =>
        network.Split('/') is [_, var length] && int.TryParse(length, out var bits) ? bits : 32;

    private static string Owner(Rule rule) =>
        rule.Comment?.Contains(AksComment, StringComparison.Ordinal) == true ? " (AKS's own IMDS restriction)" : "";
}
