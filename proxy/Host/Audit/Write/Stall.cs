namespace ImdsProxy.Audit.Write;

/// <summary>A write that takes too long.</summary>
/// <param name="Cause">What it writes to, for people.</param>
/// <param name="Since">When it was given up.</param>
internal sealed record Stall(string Cause, DateTimeOffset Since);
