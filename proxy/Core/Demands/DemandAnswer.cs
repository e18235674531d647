namespace ImdsProxy.Core.Demands;

/// <summary>The credential with which IMDS answered a demand, whether or not it left.</summary>
/// <param name="ClientId">The identity's client id.</param>
/// <param name="Resource">The resource, or null for a certificate.</param>
/// <param name="Audience">The application id in the token's audience, or null if the audience is a URI.</param>
public sealed record DemandAnswer(string ClientId, string? Resource, string? Audience);
