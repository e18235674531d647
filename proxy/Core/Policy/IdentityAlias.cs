namespace ImdsProxy.Core.Policy;

/// <summary>A managed identity and all names that a request can use for it.</summary>
/// <param name="Name">The alias that rules use.</param>
/// <param name="ClientId">The client id, 36 lower-case characters.</param>
/// <param name="ObjectId">The object id, 36 lower-case characters, or null.</param>
/// <param name="ResourceId">The canonical resource id, or null; compared case-insensitively.</param>
public sealed record IdentityAlias(string Name, string ClientId, string? ObjectId, string? ResourceId);
