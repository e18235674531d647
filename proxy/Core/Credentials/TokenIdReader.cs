using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>Reads the <c>uti</c> of a token that is a readable JWT: its id in the directory's sign-in log, no secret.</summary>
internal static class TokenIdReader
{
    /// <summary>Entra writes 22 characters; more than this is no id.</summary>
    private const int MaxLength = 64;

    /// <summary>The <c>uti</c>, or null. Whatever was unpacked of the token on the way is wiped.</summary>
    /// <param name="reader">On the token, a JSON string.</param>
    public static string? Read(ref Utf8JsonReader reader)
    {
        var length = reader.HasValueSequence ? (int)reader.ValueSequence.Length : reader.ValueSpan.Length;
        var token = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return FromToken(token.AsSpan(0, reader.CopyString(token)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(token);
            ArrayPool<byte>.Shared.Return(token);
        }
    }

    private static string? FromToken(Span<byte> token)
    {
        var first = token.IndexOf((byte)'.');
        var second = first < 0 ? -1 : token[(first + 1)..].IndexOf((byte)'.');
        if (second <= 0)
        {
            return null;
        }

        var payload = token.Slice(first + 1, second);
        try
        {
            return FromPayload(payload[..Base64Url.DecodeFromUtf8InPlace(payload)]);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static string? FromPayload(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        string? tokenId = null;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var isTokenId = reader.ValueTextEquals("uti"u8);
            reader.Read();
            if (isTokenId && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxLength)
            {
                tokenId = reader.GetString();
            }
        }

        return tokenId;
    }
}
