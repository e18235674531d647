using System.Buffers;

namespace ImdsProxy.Sources.Nodes.Kubectl;

/// <summary>The names of pods, nodes and namespaces (RFC 1123 subdomains). They become arguments of a program.</summary>
internal static class KubeName
{
    private const int Longest = 253;

    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= Longest && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) && !name.AsSpan().ContainsAnyExcept(Characters);
}
