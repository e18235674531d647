using System.Text.RegularExpressions;

namespace ImdsProxy.Kubernetes.Nodes;

/// <summary>Parses the key of a taint that may be removed.</summary>
internal static partial class TaintKey
{
    /// <exception cref="FormatException">The text is not a taint key, or it is a key that Kubernetes itself uses to report other problems of a node.</exception>
    public static string Parse(string text)
    {
        if (!Qualified().IsMatch(text))
        {
            throw new FormatException("write the key of a taint, such as node.imdsproxy.io/not-ready, without its value and effect");
        }

        var domain = text.Split('/')[0];
        return domain == "kubernetes.io" || domain.EndsWith(".kubernetes.io", StringComparison.Ordinal)
            ? throw new FormatException("that taint belongs to Kubernetes; write one that is set for this proxy, such as node.imdsproxy.io/not-ready")
            : text;
    }

    // The syntax of https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set,
    // with a required domain.
    [GeneratedRegex(@"\A(?=[^/]{1,253}/)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*/[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Qualified();
}
