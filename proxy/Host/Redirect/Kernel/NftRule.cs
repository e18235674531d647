using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Reads the parts of an nf_tables rule that show whether the rule changed, or is a given rule.</summary>
internal static class NftRule
{
    // NFTA_RULE_EXPRESSIONS, NFTA_LIST_ELEM, NFTA_EXPR_NAME, NFTA_EXPR_DATA.
    private const int Expressions = 4;
    private const int Element = 1;
    private const int Name = 1;
    private const int Data = 2;

    // NFTA_IMMEDIATE_DATA, NFTA_DATA_VERDICT, NFTA_VERDICT_CHAIN: the chain that the rule jumps or goes to.
    private const int ImmediateData = 2;
    private const int Verdict = 2;
    private const int VerdictChain = 2;

    /// <summary>Adds a rule without its counters, which change with every packet.</summary>
    /// <returns>The chain that the rule jumps to, or null.</returns>
    public static string? AddTo(ChainDigest digest, ReadOnlySpan<byte> attributes)
    {
        string? jump = null;
        digest.Add("rule");
        for (var attribute = new NetlinkAttributes(attributes); attribute.MoveNext();)
        {
            if (attribute.Type == Expressions)
            {
                jump = AddExpressions(digest, attribute.Value) ?? jump;
            }
            else
            {
                digest.Add([(byte)attribute.Type]);
                digest.Add(attribute.Value);
            }
        }

        return jump;
    }

    /// <summary>Whether a rule consists of these expressions. The kernel may add attributes to an expression, such as a default value.</summary>
    public static bool HasExpressions(ReadOnlySpan<byte> attributes, IReadOnlyList<(string Name, byte[] Data)> wanted)
    {
        var found = 0;
        for (var element = new NetlinkAttributes(Find(attributes, Expressions)); element.MoveNext(); found++)
        {
            if (found >= wanted.Count || !IsExpression(element.Value, wanted[found].Name, wanted[found].Data))
            {
                return false;
            }
        }

        return found == wanted.Count;
    }

    private static bool IsExpression(ReadOnlySpan<byte> expression, string name, ReadOnlySpan<byte> wanted) =>
        Find(expression, Name).TrimEnd((byte)0).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(name)) && Contains(Find(expression, Data), wanted);

    private static bool Contains(ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> wanted)
    {
        for (var attribute = new NetlinkAttributes(wanted); attribute.MoveNext();)
        {
            var found = Find(attributes, attribute.Type);
            if (attribute.IsNested ? !Contains(found, attribute.Value) : !found.SequenceEqual(attribute.Value))
            {
                return false;
            }
        }

        return true;
    }

    private static string? AddExpressions(ChainDigest digest, ReadOnlySpan<byte> expressions)
    {
        string? jump = null;
        for (var element = new NetlinkAttributes(expressions); element.MoveNext();)
        {
            if (element.Type == Element)
            {
                jump = AddExpression(digest, element.Value) ?? jump;
            }
        }

        return jump;
    }

    private static string? AddExpression(ChainDigest digest, ReadOnlySpan<byte> expression)
    {
        var name = Find(expression, Name).TrimEnd((byte)0);
        digest.Add(name);
        if (name.SequenceEqual("counter"u8))
        {
            return null;
        }

        digest.Add(expression);
        if (!name.SequenceEqual("immediate"u8))
        {
            return null;
        }

        var chain = Find(Find(Find(Find(expression, Data), ImmediateData), Verdict), VerdictChain);
        return chain.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(chain.TrimEnd((byte)0));
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int type)
    {
        for (var attribute = new NetlinkAttributes(attributes); attribute.MoveNext();)
        {
            if (attribute.Type == type)
            {
                return attribute.Value;
            }
        }

        return [];
    }
}
