using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>The fields of an envelope, as they are found. A field that is there twice, or is no text, makes it ambiguous.</summary>
internal struct EnvelopeFields
{
    public string? ClientId { get; private set; }

    public string? Resource { get; private set; }

    public string? ExpiresOn { get; private set; }

    public string? TokenId { get; private set; }

    public bool HasToken { get; private set; }

    public bool HasCertificate { get; private set; }

    public bool IsAmbiguous { get; private set; }

    public readonly bool HasCredential => HasToken || HasCertificate;

    /// <summary>Takes a field whose value is text.</summary>
    public void Set(string name, ref Utf8JsonReader reader)
    {
        // Clients that compare names without case would take the other spelling.
        switch (name.ToLowerInvariant())
        {
            case "access_token":
                IsAmbiguous |= HasToken || name != "access_token";
                HasToken = true;
                TokenId = TokenIdReader.Read(ref reader);
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
            default:
                break;
        }
    }

    /// <summary>Takes a field whose value is not text.</summary>
    public void SetOther(string name)
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
            default:
                break;
        }
    }
}
