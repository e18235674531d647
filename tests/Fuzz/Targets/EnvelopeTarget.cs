using System.Globalization;
using System.Text;
using System.Text.Json;
using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>
/// The answer with a credential: its fields equal those that another JSON reader finds, whether that reader is case-sensitive
/// or not.
/// </summary>
internal sealed class EnvelopeTarget : IFuzzTarget
{
    public bool Run(ReadOnlyMemory<byte> input)
    {
        var token = Check(input, EndpointKind.Token);
        var certificate = Check(input, EndpointKind.IssueCredential);
        return token || certificate;
    }

    private static bool Check(ReadOnlyMemory<byte> input, EndpointKind endpoint)
    {
        if (EnvelopeReader.Read(input.Span, endpoint) is not { } envelope)
        {
            return false;
        }

        using var document = JsonDocument.Parse(input);
        var root = document.RootElement;
        FuzzCheck.That(Json.Members(root, "client_id").TrueForAll(id => string.Equals(Json.Text(id), envelope.Answer.ClientId, StringComparison.OrdinalIgnoreCase)), "one identity");
        if (endpoint == EndpointKind.Token)
        {
            FuzzCheck.That(Json.Members(root, "access_token").Count == 1, "one token");
            FuzzCheck.That(Json.Members(root, "resource").TrueForAll(resource => Json.Text(resource) == envelope.Answer.Resource), "one resource");
        }

        foreach (var countdown in envelope.Countdowns)
        {
            var digits = Encoding.ASCII.GetString(input.Span.Slice(countdown.Start, countdown.Length));
            FuzzCheck.That(long.Parse(digits, CultureInfo.InvariantCulture) == countdown.Seconds, "a countdown's digits are at its offset");
        }

        return true;
    }
}
