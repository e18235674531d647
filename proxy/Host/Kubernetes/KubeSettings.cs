namespace ImdsProxy.Kubernetes;

/// <summary>The API server's address and the credentials for both directions.</summary>
/// <param name="Server">The API server's base address.</param>
/// <param name="TokenFile">The service account's token file, re-read because tokens rotate; null sends no token.</param>
/// <param name="CaFile">The PEM file of the only authorities trusted for the server; null uses the system's.</param>
internal sealed record KubeSettings(Uri Server, string? TokenFile, string? CaFile);
