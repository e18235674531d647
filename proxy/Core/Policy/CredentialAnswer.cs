using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy;

/// <summary>What a credential that came back says of itself. The decision is made again with it.</summary>
/// <param name="ClientId">The identity's client id, 36 lower-case characters.</param>
/// <param name="Resource">The resource, or null for a certificate, which is good for any.</param>
public sealed record CredentialAnswer(string ClientId, string? Resource)
{
    internal string? ComparableResource { get; } = Resource is null ? null : ResourceName.Comparable(Resource);

    internal string? BroadResource { get; } = Resource is null ? null : ResourceName.Broad(Resource);
}
