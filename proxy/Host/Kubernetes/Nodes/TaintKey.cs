using System.Text.RegularExpressions;

namespace ImdsProxy.Kubernetes.Nodes;

/// <summary>Reads the key of a taint that may be taken off.</summary>
internal static partial class TaintKey
{
    /// <exception cref="FormatException">It is no key, or one of Kubernetes' own, which say that something else is wrong with a node.</exception>
    public static string Parse(string text)
    {
        if (!Qualified().IsMatch(text))
        {
            throw new FormatException("write a taint's key, such as node.imdsproxy.io/not-ready, without its value and effect");
        }

        var domain = text.Split('/')[0];
        return domain == "kubernetes.io" || domain.EndsWith(".kubernetes.io", StringComparison.Ordinal)
            ? throw new FormatException("that taint is Kubernetes' own; write one that is put on for this proxy, such as node.imdsproxy.io/not-ready")
            : text;
    }

    // https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set; the domain is required here.
    [GeneratedRegex(@"\A(?=[^/]{1,253}/)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*/[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Qualified();
}
