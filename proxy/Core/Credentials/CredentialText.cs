using System.Buffers;

namespace ImdsProxy.Core.Credentials;

/// <summary>Detects text that may contain a credential. Prefers a false alarm: losing an error message is better than leaking a token.</summary>
internal static class CredentialText
{
    /// <summary>A longer run without a gap is not a word: names of Azure resources have at most 128 characters.</summary>
    private const int MaxWord = 128;

    // Every JWT starts with "eyJ" (an opening brace and a quote in base64), "{" indicates embedded JSON, and a PEM file starts with "-----BEGIN".
    private static readonly SearchValues<string> Marks = SearchValues.Create(["eyJ", "{", "-----BEGIN"], StringComparison.Ordinal);

    // Base64 and base64url without "/", because paths and URLs would otherwise be words of any length.
    private static readonly SearchValues<char> OfWords =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=-_.");

    private static readonly SearchValues<char> OfBase64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    /// <summary>Whether a text may contain a token, a certificate or a key, whole or in part.</summary>
    public static bool IsSuspect(ReadOnlySpan<char> text) => text.ContainsAny(Marks) || HasLongWord(text) || HasCertificate(text);

    private static bool HasLongWord(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(OfWords) is >= 0 and var start)
        {
            text = text[start..];
            var end = text.IndexOfAnyExcept(OfWords);
            var length = end < 0 ? text.Length : end;
            if (length > MaxWord)
            {
                return true;
            }

            text = text[length..];
        }

        return false;
    }

    // A certificate or a key of more than 255 bytes begins with "MII" in base64 (a DER sequence with a two-byte length).
    private static bool HasCertificate(ReadOnlySpan<char> text)
    {
        const int Enough = 32;
        while (text.IndexOf("MII") is >= 0 and var start)
        {
            text = text[start..];
            if (text.Length >= Enough && text[..Enough].IndexOfAnyExcept(OfBase64) < 0)
            {
                return true;
            }

            text = text[3..];
        }

        return false;
    }
}
