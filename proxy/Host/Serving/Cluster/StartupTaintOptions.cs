namespace ImdsProxy.Serving.Cluster;

/// <summary>The taint that keeps pods off a new node until the node is guarded.</summary>
/// <param name="Key">The taint's key.</param>
/// <param name="RedirectState">The file in which the redirect reports that its rules are in place, or null if this release has no redirect.</param>
internal sealed record StartupTaintOptions(string Key, string? RedirectState);
