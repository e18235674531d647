using System.Net;
using System.Text.Json.Serialization;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Explain;

/// <summary>What <c>policy explain</c> tells of a request.</summary>
/// <param name="Sent">Whether the request is sent to IMDS.</param>
/// <param name="Text">The decision and why, as lines.</param>
internal sealed record Explained(bool Sent, string Text)
{
    public static Explained Of(PolicySnapshot policy, IPAddress address, Caller caller, GivenRequest given)
    {
        var parsed = given.Parse();
        if (!parsed.IsParsed)
        {
            return new Explained(false, $"rejected: malformed, answered with status 400 whatever the policy says: {parsed.Error.Message}\n");
        }

        var explanation = Explanation.Of(policy, address, caller, parsed.Request, isProbe: !given.HasMetadata);
        using var text = new StringWriter { NewLine = "\n" };
        ExplanationText.Write(explanation, text);
        return new Explained(explanation.IsSent, text.ToString());
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Explained))]
internal sealed partial class ExplainedJson : JsonSerializerContext;
