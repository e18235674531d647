using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>Reads the claims of a token that is a readable JWT.</summary>
internal static class TokenClaimsReader
{
    private const int MaxDepth = 16;

    /// <summary>Returns the claims, or null if the token is opaque. Wipes its own copy of the token.</summary>
    /// <param name="reader">Positioned at the token, which is a JSON string.</param>
    /// <param name="ambiguous">Whether a claim that matters for the decision occurs twice or is not a string.</param>
    public static TokenClaims? Read(ref Utf8JsonReader reader, out bool ambiguous)
    {
        var length = reader.HasValueSequence ? (int)reader.ValueSequence.Length : reader.ValueSpan.Length;
        var token = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return FromToken(token.AsSpan(0, reader.CopyString(token)), out ambiguous);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(token);
            ArrayPool<byte>.Shared.Return(token);
        }
    }

    private static TokenClaims? FromToken(Span<byte> token, out bool ambiguous)
    {
        ambiguous = false;
        var first = token.IndexOf((byte)'.');
        var second = first < 0 ? -1 : token[(first + 1)..].IndexOf((byte)'.');
        if (second <= 0)
        {
            return null;
        }

        var payload = token.Slice(first + 1, second);
        try
        {
            return FromPayload(payload[..Base64Url.DecodeFromUtf8InPlace(payload)], out ambiguous);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static TokenClaims? FromPayload(ReadOnlySpan<byte> payload, out bool ambiguous)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = MaxDepth });
        var fields = new ClaimFields();
        ambiguous = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        // Stays ambiguous if data follows the object, because another reader might find different claims there.
        ambiguous = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            fields.Take(ref reader);
        }

        reader.Read();
        ambiguous = fields.IsAmbiguous;
        return fields.ToClaims();
    }
}
