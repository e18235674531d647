using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace ImdsProxy.FakeImds;

/// <summary>A token with the structure and size of a real Microsoft Entra token, but without a valid signature.</summary>
internal sealed class FakeToken
{
    /// <summary>The lifetime of a managed identity's token, 24 hours.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    // Entra backdates tokens to tolerate clients whose clocks run behind.
    private static readonly TimeSpan DatedBack = TimeSpan.FromMinutes(5);

    private readonly FakeIdentity _identity;
    private readonly string _resource;
    private readonly string _text;
    private readonly long _notBefore;
    private Rendering? _latest;

    public FakeToken(FakeIdentity identity, string resource, DateTimeOffset now)
    {
        (_identity, _resource) = (identity, resource);
        _notBefore = (now - DatedBack).ToUnixTimeSeconds();
        ExpiresOn = (now + Lifetime).ToUnixTimeSeconds();
        _text = Sign();
    }

    /// <summary>The expiry, in seconds since 1970.</summary>
    public long ExpiresOn { get; }

    /// <summary>The token response at a given time. Only <c>expires_in</c> changes, once a second.</summary>
    public FakeReply ReplyAt(DateTimeOffset now)
    {
        var left = ExpiresOn - now.ToUnixTimeSeconds();
        var latest = _latest;
        if (latest?.SecondsLeft != left)
        {
            _latest = latest = new(left, new(StatusCodes.Status200OK, FakeReply.JsonType, Envelope(left)));
        }

        return latest.Reply;
    }

    // All values are strings, and the members are in the order of the real response.
    private byte[] Envelope(long secondsLeft) => Json(json =>
    {
        json.WriteString("access_token", _text);
        json.WriteString("client_id", _identity.ClientId);
        json.WriteString("expires_in", $"{secondsLeft}");
        json.WriteString("expires_on", $"{ExpiresOn}");
        json.WriteString("ext_expires_in", $"{(long)Lifetime.TotalSeconds - 1}");
        json.WriteString("not_before", $"{_notBefore}");
        json.WriteString("resource", _resource);
        json.WriteString("token_type", "Bearer");
    });

    private string Sign()
    {
        var header = """{"typ":"JWT","alg":"RS256","x5t":"ZmFrZS1pbWRzLXNpZ25zLW5vdGhpbmc","kid":"ZmFrZS1pbWRzLXNpZ25zLW5vdGhpbmc"}"""u8;
        return $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(Claims())}.{Random(256)}";
    }

    private byte[] Claims() => Json(json =>
    {
        json.WriteString("aud", _resource);
        json.WriteString("iss", $"https://sts.windows.net/{FakeVm.TenantId}/");
        json.WriteNumber("iat", _notBefore);
        json.WriteNumber("nbf", _notBefore);
        json.WriteNumber("exp", ExpiresOn);
        json.WriteString("aio", Random(48));
        json.WriteString("appid", _identity.ClientId);
        json.WriteString("appidacr", "2");
        json.WriteString("idp", $"https://sts.windows.net/{FakeVm.TenantId}/");
        json.WriteString("idtyp", "app");
        json.WriteString("oid", _identity.ObjectId);
        json.WriteString("rh", $"1.{Random(48)}.");
        json.WriteString("sub", _identity.ObjectId);
        json.WriteString("tid", FakeVm.TenantId);
        json.WriteString("uti", Random(16));
        json.WriteString("ver", "1.0");
        json.WriteString("xms_az_rid", FakeVm.ResourceId);
        json.WriteString("xms_ftd", Random(32));
        json.WriteString("xms_idrel", "7 30");
        if (_identity.IsResourceIdGiven)
        {
            json.WriteString("xms_mirid", _identity.ResourceId);
        }

        json.WriteString("xms_tcdt", "1588889213");
    });

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Writer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Random(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    private sealed record Rendering(long SecondsLeft, FakeReply Reply);
}
