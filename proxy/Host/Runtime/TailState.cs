namespace ImdsProxy.Runtime;

/// <summary>What the kernel holds for a client.</summary>
/// <param name="IsEmpty">Whether the client has acknowledged everything that was sent.</param>
/// <param name="Acknowledged">Bytes it has acknowledged since the connection began.</param>
/// <param name="IsOpen">Whether the server may still send.</param>
internal readonly record struct TailState(bool IsEmpty, long Acknowledged, bool IsOpen);
