namespace ImdsProxy.Audit.Write;

/// <summary>The write took too long and was given up. Its thread may no longer number lines, because another thread may do so.</summary>
internal sealed class GivenUpException() : IOException("the write took too long and was given up");
