using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>
/// Finds rules in FORWARD that already block IMDS. Our DNAT sends packets to INPUT instead, so the redirect would bypass these
/// rules.
/// </summary>
internal static class ExistingBlocks
{
    // A rule for a network wider than /16 was not written for IMDS.
    private const int WidestPrefix = 16;

    // The comment on the rule that AKS's node image creates.
    private const string AksComment = "ensureIMDSRestriction";

    private static readonly PacketShape ToImds = new(IPAddress.Parse(KnownAddresses.Imds), "tcp", [KnownAddresses.ImdsPort]);

    /// <summary>Each DROP or REJECT rule of another program that a packet forwarded to IMDS can reach, in words.</summary>
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
