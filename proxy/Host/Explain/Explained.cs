using System.Net;
using System.Text.Json.Serialization;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy.Deciding;

namespace ImdsProxy.Explain;

/// <summary>The result of <c>policy explain</c>.</summary>
/// <param name="Sent">Whether the request would be sent to IMDS.</param>
/// <param name="Text">The decision and its reasons, as lines of text.</param>
internal sealed record Explained(bool Sent, string Text)
{
    public static Explained Of(PolicySnapshot policy, IPAddress address, Caller caller, GivenRequest given)
    {
        var parsed = given.Parse();
        if (!parsed.IsParsed)
        {
            return new Explained(false, $"rejected: malformed, so it gets status 400 whatever the policy says: {parsed.Error.Message}\n");
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
