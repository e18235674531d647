using ImdsProxy.Core.Credentials;

namespace ImdsProxy.Workbench;

/// <summary>A credential that IMDS answers with.</summary>
internal sealed record AnswerJson(string ClientId, string? Resource)
{
    /// <summary>The token's audience, where it differs from the resource.</summary>
    public string? Audience { get; init; }

    /// <summary>The resource id in the token, if the decision depends on it.</summary>
    public string? ResourceId { get; init; }

    public static AnswerJson? Of(CredentialAnswer? answer) => answer is null ? null : new AnswerJson(answer.ClientId, answer.Resource)
    {
        Audience = answer.Claims?.Audience,
        ResourceId = answer.Claims?.ResourceId,
    };
}
