using System.Text.Json;

namespace ImdsProxy.Core.Credentials;

/// <summary>Collects the claims of a token while it is read.</summary>
internal struct ClaimFields
{
    /// <summary>Entra's ids have 22 characters. A longer value is not an id.</summary>
    private const int MaxTokenId = 64;

    private string? _appId;
    private string? _authorizedParty;
    private string? _resourceId;
    private string? _audience;
    private string? _tokenId;

    /// <summary>Whether a claim that matters for the decision occurs twice or is not a string.</summary>
    public bool IsAmbiguous { get; private set; }

    /// <summary>Reads one member of the payload.</summary>
    /// <param name="reader">Positioned on the member's name; afterwards, at the end of the member's value.</param>
    public void Take(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("appid"u8))
        {
            Text(ref reader, ref _appId);
        }
        else if (reader.ValueTextEquals("azp"u8))
        {
            Text(ref reader, ref _authorizedParty);
        }
        else if (reader.ValueTextEquals("xms_mirid"u8))
        {
            Text(ref reader, ref _resourceId);
        }
        else if (reader.ValueTextEquals("aud"u8))
        {
            Text(ref reader, ref _audience);
        }
        else if (reader.ValueTextEquals("uti"u8))
        {
            reader.Read();
            _tokenId = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= MaxTokenId ? reader.GetString() : _tokenId;
        }

        reader.Skip();
    }

    public readonly TokenClaims ToClaims() => new(_appId, _authorizedParty, _resourceId, _audience, _tokenId);

    private void Text(ref Utf8JsonReader reader, ref string? field)
    {
        reader.Read();
        IsAmbiguous |= field is not null || reader.TokenType != JsonTokenType.String;
        field = reader.TokenType == JsonTokenType.String ? reader.GetString() : field;
    }
}
