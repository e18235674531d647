using System.Buffers;

namespace ImdsProxy.Core.Credentials;

/// <summary>Tells sentences from texts that may hold a credential. It errs towards suspicion: an error is not worth a token.</summary>
internal static class CredentialText
{
    /// <summary>A text this long without a gap is no word: names of Azure resources have 128 characters at most.</summary>
    private const int MaxWord = 128;

    // "eyJ" is how each JWT begins ("{" and a quote in base64), "{" is JSON in a text, the last the head of a PEM file.
    private static readonly SearchValues<string> Marks = SearchValues.Create(["eyJ", "{", "-----BEGIN"], StringComparison.Ordinal);

    // Base64 and base64url but for "/": paths and URLs would be words of any length.
    private static readonly SearchValues<char> OfWords =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=-_.");

    private static readonly SearchValues<char> OfBase64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    /// <summary>Whether a text may hold a token, a certificate or a key, whole or in part.</summary>
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

    // A certificate or a key of more than 255 bytes begins with "MII" in base64 (a DER sequence with a length of two bytes).
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
