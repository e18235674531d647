namespace ImdsProxy.Core.Proofs.Atoms;

/// <summary>Finds a name that begins with a prefix and that no longer mentioned pattern matches.</summary>
/// <param name="exact">The mentioned names.</param>
/// <param name="prefixes">The mentioned beginnings.</param>
internal sealed class FreshName(HashSet<string> exact, HashSet<string> prefixes)
{
    // The characters that Kubernetes allows in names (RFC 1123). Letters come first, because a name must end in a letter or a digit.
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-.";

    private readonly string[] _sorted = [.. exact.Concat(prefixes).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The name, or null if longer patterns match every name with this beginning.</summary>
    /// <param name="prefix">The beginning.</param>
    /// <param name="ending">The ending of a made-up name, for readability.</param>
    public string? After(string prefix, string ending) =>
        IsFresh(prefix + ending, prefix.Length) ? prefix + ending : Search(prefix, prefix.Length);

    private string? Search(string stem, int length)
    {
        foreach (var next in Alphabet)
        {
            var longer = stem + next;
            if (!IsMentionedBelow(longer))
            {
                return longer is [.., '-' or '.'] ? longer + "x" : longer;
            }
        }

        foreach (var next in Alphabet)
        {
            if (!prefixes.Contains(stem + next) && Search(stem + next, length) is { } found)
            {
                return found;
            }
        }

        return stem.Length > 0 && IsFresh(stem, length) ? stem : null;
    }

    private bool IsFresh(string name, int length)
    {
        for (var i = length + 1; i <= name.Length; i++)
        {
            if (prefixes.Contains(name[..i]))
            {
                return false;
            }
        }

        return !exact.Contains(name);
    }

    private bool IsMentionedBelow(string stem)
    {
        var at = Array.BinarySearch(_sorted, stem, StringComparer.Ordinal);
        at = at < 0 ? ~at : at;
        return at < _sorted.Length && _sorted[at].StartsWith(stem, StringComparison.Ordinal);
    }
}
