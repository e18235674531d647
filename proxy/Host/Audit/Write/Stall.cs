namespace ImdsProxy.Audit.Write;

/// <summary>A write that takes too long.</summary>
/// <param name="Cause">A description of the write, for people.</param>
/// <param name="Since">The time at which the write was given up.</param>
internal sealed record Stall(string Cause, DateTimeOffset Since);
