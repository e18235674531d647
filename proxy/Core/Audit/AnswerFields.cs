using System.Buffers;
using System.Text.Json;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Audit;

/// <summary>Writes the part of a record about the answer: status, issued credential and duration.</summary>
internal static class AnswerFields
{
    public static void Write(Utf8JsonWriter json, AuditRecord record)
    {
        WriteResponse(json, record);
        WriteIssued(json, record.Issued);
        WriteReturned(json, record.Returned);
        WriteUpstream(json, record);
        AuditText.WriteMilliseconds(json, "ms"u8, record.Milliseconds);
    }

    /// <summary>A credential's JSON object.</summary>
    public static byte[] Render(IssuedCredential issued)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, AuditText.Options))
        {
            json.WriteStartObject();
            AuditText.Write(json, "identity"u8, issued.Identity, AuditLimits.Name);
            AuditText.Write(json, "clientId"u8, issued.ClientId, AuditLimits.Word);
            AuditText.Write(json, "resource"u8, issued.Resource, AuditLimits.Value);
            AuditText.Write(json, "audience"u8, issued.Audience, AuditLimits.Name);
            if (issued.ExpiresOn is { } expiry)
            {
                AuditText.WriteSeconds(json, "expiresOn"u8, expiry);
            }

            AuditText.Write(json, "tokenId"u8, issued.TokenId, AuditLimits.TokenId);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteResponse(Utf8JsonWriter json, AuditRecord record)
    {
        if (record.Status == 0 && record.Bytes is null)
        {
            return;
        }

        json.WriteStartObject("response"u8);
        if (record.Status != 0)
        {
            json.WriteNumber("status"u8, record.Status);
        }

        if (record.Bytes is { } bytes)
        {
            json.WriteNumber("bytes"u8, bytes);
        }

        if (record.Redacted)
        {
            json.WriteBoolean(record.Mode == PolicyMode.Enforce ? "redacted"u8 : "wouldBeRedacted"u8, true);
        }

        json.WriteEndObject();
    }

    // A JSON writer rendered the credential's object, so it needs no validation.
    private static void WriteIssued(Utf8JsonWriter json, IssuedCredential? issued)
    {
        if (issued is not null)
        {
            json.WritePropertyName("issued"u8);
            json.WriteRawValue(issued.Words, skipInputValidation: true);
        }
    }

    private static void WriteReturned(Utf8JsonWriter json, CredentialAnswer? returned)
    {
        if (returned is not null)
        {
            json.WriteStartObject("returned"u8);
            AuditText.Write(json, "clientId"u8, returned.ClientId, AuditLimits.Word);
            AuditText.Write(json, "resource"u8, returned.Resource, AuditLimits.Value);
            AuditText.Write(json, "audience"u8, returned.OtherAudience, AuditLimits.Name);
            json.WriteEndObject();
        }
    }

    private static void WriteUpstream(Utf8JsonWriter json, AuditRecord record)
    {
        if (record.UpstreamStatus is null && record.UpstreamMilliseconds is null && !record.Cached)
        {
            return;
        }

        json.WriteStartObject("upstream"u8);
        if (record.UpstreamStatus is { } status)
        {
            json.WriteNumber("status"u8, status);
        }

        if (record.UpstreamMilliseconds is { } milliseconds)
        {
            AuditText.WriteMilliseconds(json, "ms"u8, milliseconds);
        }

        json.WriteBoolean("cached"u8, record.Cached);
        json.WriteEndObject();
    }
}
