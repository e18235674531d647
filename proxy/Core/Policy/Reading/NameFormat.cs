using System.Buffers;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>What names in a policy may look like.</summary>
internal static class NameFormat
{
    public const string Cure = "write 1 to 100 letters, digits, '.', '_' and '-'";

    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(Alphanumeric + "._-");

    // RFC 1123, as Kubernetes names namespaces and service accounts.
    private static readonly SearchValues<char> KubernetesCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    private static readonly SearchValues<char> LabelKeyCharacters = SearchValues.Create(Alphanumeric + "._-/");

    private static readonly SearchValues<char> KindCharacters = SearchValues.Create(Alphanumeric);

    /// <summary>The name of a rule or an alias.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 100 && Of(text, NameCharacters);

    /// <summary>A name of Kubernetes, or the beginning of one and <c>*</c>.</summary>
    public static bool IsKubernetesPattern(string text) =>
        text.Length is > 0 and <= 253 && Of(text.AsSpan().TrimEnd('*') is var stem && stem.Length >= text.Length - 1 ? stem : text, KubernetesCharacters);

    /// <summary><c>Kind/name</c>, or the beginning of that and <c>*</c>.</summary>
    public static bool IsOwnerPattern(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? text.EndsWith('*') && Of(text.AsSpan(..^1), KindCharacters)
            : slash > 0 && Of(text.AsSpan(0, slash), KindCharacters) && IsKubernetesPattern(text[(slash + 1)..]);
    }

    public static bool IsLabelKey(string text) => text.Length is > 0 and <= 317 && Of(text, LabelKeyCharacters);

    public static bool IsLabelValue(string text) => text.Length <= 63 && Of(text, NameCharacters);

    private static bool Of(ReadOnlySpan<char> text, SearchValues<char> alphabet) => !text.ContainsAnyExcept(alphabet);
}
