using System.Globalization;
using System.Text.Json;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Credentials;

/// <summary>
/// Reads the JSON object that IMDS answers a credential request with: <c>access_token</c>, <c>client_id</c>,
/// <c>resource</c>, <c>expires_on</c> for a token; <c>certificate</c>, <c>client_id</c> for a certificate.
/// </summary>
public static class EnvelopeReader
{
    private const int MaxDepth = 8;

    /// <summary>Reads a body.</summary>
    /// <param name="body">UTF-8.</param>
    /// <param name="endpoint">The endpoint it came from: a token has a resource, a certificate has none.</param>
    /// <param name="envelope">What it says, where it is a <see cref="EnvelopeContent.Credential"/>.</param>
    public static EnvelopeContent Read(ReadOnlySpan<byte> body, EndpointKind endpoint, out CredentialEnvelope? envelope)
    {
        envelope = null;
        var fields = new EnvelopeFields();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Without(body);
            }

            ReadFields(ref reader, ref fields);
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            // Half a credential is none that may leave.
            return fields.HasCredential ? EnvelopeContent.Unreadable : Without(body);
        }
        catch (InvalidOperationException)
        {
            // Text that is no UTF-8: nobody can tell whose credential it is.
            return EnvelopeContent.Unreadable;
        }

        if (!fields.HasCredential)
        {
            return Without(body);
        }

        envelope = Envelope(fields, endpoint);
        return envelope is null ? EnvelopeContent.Unreadable : EnvelopeContent.Credential;
    }

    // An error of IMDS's goes on to the caller as it is, so nothing that holds a token anywhere may pass for one.
    private static EnvelopeContent Without(ReadOnlySpan<byte> body) =>
        body.IndexOf("\"access_token\""u8) < 0 ? EnvelopeContent.NoCredential : EnvelopeContent.Unreadable;

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

    // Seconds since 1970, as text (IMDS's documentation).
    private static DateTimeOffset? Expiry(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
