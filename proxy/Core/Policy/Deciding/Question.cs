using ImdsProxy.Core.Credentials;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>
/// The input of matching: the request, its identity and its resource. Identity and resource come from the request before it
/// is sent, and from the answer afterwards.
/// </summary>
internal readonly struct Question
{
    private Question(ImdsRequest request, string? clientId, bool unresolved, string? resource, string? broadResource, string? audienceId = null)
    {
        Request = request;
        ClientId = clientId;
        IsUnresolved = unresolved;
        Resource = resource;
        BroadResource = broadResource;
        AudienceId = audienceId;
    }

    public ImdsRequest Request { get; }

    /// <summary>The identity's client id, or null if only IMDS can resolve it.</summary>
    public string? ClientId { get; }

    /// <summary>Whether the request names an identity that no alias resolves.</summary>
    public bool IsUnresolved { get; }

    /// <summary>The resource as an allow compares it, or null.</summary>
    public string? Resource { get; }

    /// <summary>The resource as a deny compares it, or null.</summary>
    public string? BroadResource { get; }

    /// <summary>The application id in the token's audience, or null if the audience is not an application id.</summary>
    public string? AudienceId { get; }

    /// <summary>Whether the request names no identity and no answer has named one yet.</summary>
    public bool HasNoIdentity => ClientId is null && !IsUnresolved;

    public static Question Before(ImdsRequest request, IdentityTable identities)
    {
        var clientId = request.Selector is { } selector ? identities.Resolve(selector) : null;
        return new Question(
            request,
            clientId,
            unresolved: request.Selector is not null && clientId is null,
            request.ComparableResource,
            request.BroadResource);
    }

    public static Question After(ImdsRequest request, CredentialAnswer answer) =>
        new(request, answer.ClientId, unresolved: false, answer.ComparableResource, answer.BroadResource, answer.Claims?.AudienceId);

    /// <summary>The same question with a pinned identity.</summary>
    public Question As(ImdsRequest pinned, string clientId) => new(pinned, clientId, unresolved: false, Resource, BroadResource);
}
