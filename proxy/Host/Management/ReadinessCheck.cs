namespace ImdsProxy.Management;

/// <summary>The result of one check.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Ready">Whether it passes.</param>
/// <param name="Reason">Why it fails, or null.</param>
internal sealed record ReadinessCheck(string Name, bool Ready, string? Reason);
