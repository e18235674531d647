namespace ImdsProxy.Core.Demands.Access;

/// <summary>The requests of a workload for one identity and one resource.</summary>
/// <param name="ClientId">The identity's client id, or null if it is unknown.</param>
/// <param name="Resource">The resource, or null for a certificate and for a request that named none.</param>
/// <param name="Requests">The number of requests in the time range.</param>
/// <param name="Days">The number of days with a request.</param>
/// <param name="Last">The last request.</param>
/// <param name="IsAnswered">Whether a credential left at least once.</param>
/// <param name="State">What the policy says of the requests.</param>
/// <param name="Rule">The rule that decides, or null.</param>
public sealed record AccessUse(string? ClientId, string? Resource, long Requests, int Days, DateTimeOffset Last, bool IsAnswered, AccessState State, string? Rule);
