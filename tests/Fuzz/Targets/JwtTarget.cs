using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The token: the input is used once as the token's claims and once as the whole token.</summary>
internal sealed class JwtTarget : IFuzzTarget
{
    public bool Run(ReadOnlyMemory<byte> input)
    {
        Read(Encoding.Latin1.GetString(input.Span));
        if (Read($"eyJhbGciOiJub25lIn0.{Base64Url.EncodeToString(input.Span)}.c2ln") is not { Answer.Claims: { } claims })
        {
            return false;
        }

        using var document = JsonDocument.Parse(input);
        IsOnly(document.RootElement, "appid", claims.AppId);
        IsOnly(document.RootElement, "azp", claims.AuthorizedParty);
        IsOnly(document.RootElement, "xms_mirid", claims.ResourceId);
        IsOnly(document.RootElement, "aud", claims.Audience);
        return true;
    }

    private static void IsOnly(JsonElement root, string name, string? claim)
    {
        var found = Json.Members(root, name, StringComparison.Ordinal).ConvertAll(Json.Text);
        FuzzCheck.That(claim is null ? found.Count == 0 : found.Count == 1 && found[0] == claim, "a claim is read exactly if it occurs once");
    }

    private static CredentialEnvelope? Read(string token)
    {
        var body = $$"""{"access_token":"{{JsonEncodedText.Encode(token)}}","client_id":"{{ExamplePolicy.Ingest}}","resource":"{{ExamplePolicy.Kusto}}"}""";
        return EnvelopeReader.Read(Encoding.UTF8.GetBytes(body), EndpointKind.Token);
    }
}
