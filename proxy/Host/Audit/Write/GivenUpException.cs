namespace ImdsProxy.Audit.Write;

/// <summary>The write has taken too long and was given up: its thread may no longer number lines, because another may do so.</summary>
internal sealed class GivenUpException() : IOException("the write has taken too long and was given up");
