using System.Globalization;
using System.Text.Json;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Credentials;

/// <summary>
/// Reads the JSON object with which IMDS answers a credential request: <c>access_token</c>, <c>client_id</c>,
/// <c>resource</c> and <c>expires_on</c> for a token; <c>certificate</c> and <c>client_id</c> for a certificate.
/// <see cref="CredentialError"/> handles the errors of credential endpoints.
/// </summary>
public static class EnvelopeReader
{
    private const int MaxDepth = 8;

    /// <summary>
    /// The facts that a body states about its credential. Null if it has no credential, or if the credential's identity is
    /// missing or ambiguous.
    /// </summary>
    /// <param name="body">The body, in UTF-8.</param>
    /// <param name="endpoint">The endpoint that answered: a token has a resource, a certificate has none.</param>
    public static CredentialEnvelope? Read(ReadOnlySpan<byte> body, EndpointKind endpoint)
    {
        var fields = new EnvelopeFields();
        return TryRead(body, ref fields) && fields.HasCredential ? Envelope(fields, endpoint) : null;
    }

    private static bool TryRead(ReadOnlySpan<byte> body, ref EnvelopeFields fields)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            ReadFields(ref reader, ref fields);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The body is not JSON, is incomplete, continues after the object, or is not UTF-8.
            return false;
        }
    }

    private static void ReadFields(ref Utf8JsonReader reader, ref EnvelopeFields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                fields.Set(name, ref reader);
            }
            else
            {
                fields.SetOther(name, ref reader);
            }

            reader.Skip();
        }
    }

    private static CredentialEnvelope? Envelope(EnvelopeFields fields, EndpointKind endpoint)
    {
        var isToken = endpoint == EndpointKind.Token;
        if (fields.IsAmbiguous
            || fields.ClientId is null
            || !Guid.TryParseExact(fields.ClientId, "D", out var clientId)
            || (isToken && (string.IsNullOrEmpty(fields.Resource) || !fields.HasToken)))
        {
            return null;
        }

        var answer = new CredentialAnswer(clientId.ToString("D"), isToken ? fields.Resource : null) { Claims = fields.Claims };
        return new CredentialEnvelope(answer, Expiry(fields.ExpiresOn), fields.Claims?.TokenId) { Countdowns = fields.Countdowns };
    }

    // Seconds since 1970, as a string (Microsoft's documentation of IMDS).
    private static DateTimeOffset? Expiry(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
