namespace ImdsProxy.Kubernetes;

/// <summary>Where the API server is and how it and we are recognised.</summary>
/// <param name="Server">Its base address.</param>
/// <param name="TokenFile">The service account's token, read again as it rotates; null sends none.</param>
/// <param name="CaFile">The only authorities trusted to vouch for the server, as PEM; null is the system's.</param>
internal sealed record KubeSettings(Uri Server, string? TokenFile, string? CaFile);
