namespace ImdsProxy.Runtime.Netlink;

/// <summary>The states of a TCP socket that matter here (Linux's <c>net/tcp_states.h</c>).</summary>
internal enum TcpState : byte
{
    Established = 1,

    /// <summary>This side has ended what it sends.</summary>
    FinWait1 = 4,

    /// <summary>The other side has acknowledged that end.</summary>
    FinWait2 = 5,

    /// <summary>The other side has ended what it sends.</summary>
    CloseWait = 8,
    Listen = 10,
}
