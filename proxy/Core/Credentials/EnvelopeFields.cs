using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>Collects the fields of an envelope while it is read. A field that occurs twice or is not a string makes the envelope ambiguous.</summary>
internal struct EnvelopeFields
{
    public EnvelopeFields()
    {
    }

    public string? ClientId { get; private set; }

    public string? Resource { get; private set; }

    public string? ExpiresOn { get; private set; }

    public TokenClaims? Claims { get; private set; }

    public ImmutableArray<Countdown> Countdowns { get; private set; } = [];

    public bool HasToken { get; private set; }

    public bool HasCertificate { get; private set; }

    public bool IsAmbiguous { get; private set; }

    public readonly bool HasCredential => HasToken || HasCertificate;

    /// <summary>Takes a field whose value is a string.</summary>
    public void Set(string name, ref Utf8JsonReader reader)
    {
        // A client that compares names case-insensitively would accept another spelling.
        switch (name.ToLowerInvariant())
        {
            case "access_token":
                IsAmbiguous |= HasToken || name != "access_token";
                HasToken = true;
                Claims = TokenClaimsReader.Read(ref reader, out var ambiguousClaims);
                IsAmbiguous |= ambiguousClaims;
                break;
            case "certificate":
                IsAmbiguous |= HasCertificate || name != "certificate";
                HasCertificate = true;
                break;
            case "client_id":
                IsAmbiguous |= ClientId is not null || name != "client_id";
                ClientId = reader.GetString();
                break;
            case "resource":
                IsAmbiguous |= Resource is not null || name != "resource";
                Resource = reader.GetString();
                break;
            case "expires_on":
                ExpiresOn = reader.GetString();
                break;
            case "expires_in" or "ext_expires_in":
                CountDown(reader.ValueSpan, (int)reader.TokenStartIndex + 1);
                break;
            default:
                break;
        }
    }

    /// <summary>Takes a field whose value is not a string.</summary>
    public void SetOther(string name, ref Utf8JsonReader reader)
    {
        switch (name.ToLowerInvariant())
        {
            case "access_token":
                HasToken = IsAmbiguous = true;
                break;
            case "certificate":
                HasCertificate = IsAmbiguous = true;
                break;
            case "client_id" or "resource":
                IsAmbiguous = true;
                break;
            case "expires_in" or "ext_expires_in" when reader.TokenType == JsonTokenType.Number:
                CountDown(reader.ValueSpan, (int)reader.TokenStartIndex);
                break;
            default:
                break;
        }
    }

    private void CountDown(ReadOnlySpan<byte> digits, int start)
    {
        if (Utf8Parser.TryParse(digits, out long seconds, out var length) && length == digits.Length && seconds >= 0)
        {
            Countdowns = Countdowns.Add(new Countdown(start, length, seconds));
        }
    }
}
