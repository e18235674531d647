namespace ImdsProxy.Redirect.Kernel;

/// <summary>The states of a TCP socket that matter here (<c>include/net/tcp_states.h</c>).</summary>
internal enum SocketState : byte
{
    Established = 1,
    Listen = 10,
}
