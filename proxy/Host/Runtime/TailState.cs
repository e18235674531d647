namespace ImdsProxy.Runtime;

/// <summary>The state of the data that the kernel holds for a client.</summary>
/// <param name="IsEmpty">Whether the client has acknowledged everything that was sent.</param>
/// <param name="Acknowledged">The number of bytes that the client has acknowledged since the connection began.</param>
/// <param name="IsOpen">Whether the server may still send.</param>
internal readonly record struct TailState(bool IsEmpty, long Acknowledged, bool IsOpen);
