namespace ImdsProxy.Management;

/// <summary>What one check found.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Ready">Whether it is fine.</param>
/// <param name="Reason">Why it is not, or null.</param>
internal sealed record ReadinessCheck(string Name, bool Ready, string? Reason);
