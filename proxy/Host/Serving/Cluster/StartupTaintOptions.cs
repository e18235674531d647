namespace ImdsProxy.Serving.Cluster;

/// <summary>The taint that keeps pods off a fresh node until it is guarded.</summary>
/// <param name="Key">Its key.</param>
/// <param name="RedirectState">The file in which the redirect tells that its rules are in place, or null where nothing of ours redirects.</param>
internal sealed record StartupTaintOptions(string Key, string? RedirectState);
