using System.Buffers;

namespace ImdsProxy.Core.Requests;

/// <summary>Decodes and checks the values of query parameters.</summary>
internal static class QueryValue
{
    /// <summary>
    /// The maximum number of characters of a value, both as received and as sent to IMDS with escapes. This is several times the
    /// length of a resource id, which is the longest value that known clients of IMDS send.
    /// </summary>
    private const int MaxLength = 1024;

    // "%3A"
    private const int EscapeLength = 3;

    /// <summary>
    /// Decodes a value once. Returns null for an invalid escape, for a decoded character outside the alphabet, or if the value or
    /// its canonical form is too long.
    /// </summary>
    public static string? Decode(ReadOnlySpan<char> raw)
    {
        if (raw.Length > MaxLength)
        {
            return null;
        }

        Span<char> decoded = stackalloc char[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '%')
            {
                if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
                {
                    return null;
                }

                c = (char)((HexValue(raw[i + 1]) << 4) | HexValue(raw[i + 2]));
                i += 2;
            }

            decoded[length++] = c;
        }

        decoded = decoded[..length];
        return decoded.ContainsAnyExcept(UrlAlphabet.Value) || EscapedLength(decoded) > MaxLength ? null : decoded.ToString();
    }

    /// <summary>The canonical value of a known key, or null if the value is invalid.</summary>
    public static string? Canonical(QueryValueKind kind, string value) => kind switch
    {
        _ when value.Length == 0 => null,
        QueryValueKind.Word => Of(value, UrlAlphabet.Word),
        QueryValueKind.WordList => Of(value, UrlAlphabet.WordList),
        QueryValueKind.Boolean => OneOf(value, "true", "false"),
        QueryValueKind.Format => OneOf(value, "json", "text"),
        QueryValueKind.Resource => Of(value, UrlAlphabet.Resource),
        QueryValueKind.Guid => CanonicalGuid(value),
        QueryValueKind.IdentityResourceId => ManagedIdentityId.Canonical(value),
        _ => null,
    };

    /// <summary>A GUID as 36 lower-case characters, or null. IMDS may also accept braces and missing hyphens, but the proxy accepts only this spelling.</summary>
    public static string? CanonicalGuid(string value) =>
        Guid.TryParseExact(value, "D", out var guid) ? guid.ToString("D") : null;

    // Without this bound, the parser could reject the canonical form of a request that it accepted.
    private static int EscapedLength(ReadOnlySpan<char> value)
    {
        var length = 0;
        foreach (var c in value)
        {
            length += UrlAlphabet.Word.Contains(c) ? 1 : EscapeLength;
        }

        return length;
    }

    private static string? Of(string value, SearchValues<char> alphabet) =>
        value.AsSpan().ContainsAnyExcept(alphabet) ? null : value;

    private static string? OneOf(string value, string first, string second) =>
        value.Equals(first, StringComparison.OrdinalIgnoreCase) ? first
        : value.Equals(second, StringComparison.OrdinalIgnoreCase) ? second
        : null;

    private static int HexValue(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
