using System.Buffers;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The formats of names in a policy.</summary>
internal static class NameFormat
{
    public const string Cure = "write 1 to 100 letters, digits, '.', '_' and '-'";

    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(Alphanumeric + "._-");

    // RFC 1123, which Kubernetes applies to names of namespaces and service accounts.
    private static readonly SearchValues<char> KubernetesCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    private static readonly SearchValues<char> LabelKeyCharacters = SearchValues.Create(Alphanumeric + "._-/");

    private static readonly SearchValues<char> KindCharacters = SearchValues.Create(Alphanumeric);

    /// <summary>Whether a text can be the name of a rule or an alias.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 100 && Of(text, NameCharacters);

    /// <summary>Whether a text is a Kubernetes name, or a prefix of a name followed by <c>*</c>.</summary>
    public static bool IsKubernetesPattern(string text) =>
        text.Length is > 0 and <= 253 && Of(text.AsSpan().TrimEnd('*') is var stem && stem.Length >= text.Length - 1 ? stem : text, KubernetesCharacters);

    /// <summary>Whether a text is <c>Kind/name</c>, or a prefix of this form followed by <c>*</c>.</summary>
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
