using System.Collections.Immutable;
using System.Text;

namespace ImdsProxy.Redirect.Rules;

/// <summary>Writes the input of <c>iptables-restore --noflush</c>. Each table is changed atomically.</summary>
internal static class RestoreText
{
    /// <summary>The input that repairs the problems that a check found, and changes nothing else. Empty when there are no problems.</summary>
    /// <param name="check">The result of the check.</param>
    /// <param name="saved">The rules that were checked.</param>
    /// <param name="mayMove">Whether a jump that is only displaced may be moved.</param>
    public static string Repair(CheckResult check, SavedRules saved, bool mayMove)
    {
        var text = new StringBuilder();
        foreach (var table in RuleSet.Tables)
        {
            var repairs = check.Chains.Where(c => c.Chain.Table == table).SelectMany(c => Lines(c, mayMove));
            var unwanted = check.Unwanted.Where(u => u.Table == table).Select(u => u.Chain);
            AppendTable(text, table, repairs.Concat(Removal(saved, table, [.. unwanted])));
        }

        return text.ToString();
    }

    /// <summary>
    /// The input that removes all our chains and the jumps to them: the guards first, then the redirect. In the reverse order, a
    /// guard would drop the first packet of a connection opened in between, and the client would resend that packet only after a
    /// second.
    /// </summary>
    public static string Removal(SavedRules saved)
    {
        var text = new StringBuilder();
        foreach (var table in RuleSet.Tables)
        {
            AppendTable(text, table, Removal(saved, table, RuleSet.ChainNames));
        }

        return text.ToString();
    }

    private static IEnumerable<string> Lines(ChainCheck check, bool mayMove)
    {
        var chain = check.Chain;
        if (check.NeedsRewrite || check.Problems.Any(p => p.Kind == ProblemKind.MissingJump))
        {
            // With --noflush, this line creates a user-defined chain, or empties an existing one.
            yield return $":{chain.Name} - [0:0]";
            foreach (var rule in chain.Rules)
            {
                yield return $"-A {chain.Name} {rule}";
            }
        }

        if (check.NeedsJump && (mayMove || !check.OnlyDisplaced))
        {
            foreach (var jump in check.Jumps)
            {
                yield return $"-D {chain.Hook} {jump}";
            }

            yield return $"-I {chain.Hook} 1 {chain.Jump}";
        }
    }

    private static IEnumerable<string> Removal(SavedRules saved, string table, ImmutableArray<string> chains)
    {
        var ours = chains.Where(name => saved.Find(table, name) is not null).ToImmutableArray();
        foreach (var name in ours)
        {
            foreach (var (chain, line) in saved.JumpsTo(table, name))
            {
                yield return $"-D {chain.Name} {line}";
            }
        }

        foreach (var name in ours)
        {
            yield return $"-F {name}";
            yield return $"-X {name}";
        }
    }

    private static void AppendTable(StringBuilder text, string table, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0)
        {
            return;
        }

        text.Append('*').Append(table).Append('\n').AppendJoin('\n', all).Append("\nCOMMIT\n");
    }
}
