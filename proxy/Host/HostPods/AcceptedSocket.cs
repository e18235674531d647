using System.Buffers.Binary;
using System.Net.Sockets;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.HostPods;

/// <summary>The proxy's end of a connection, as the kernel sees it.</summary>
/// <param name="State">The state of the connection.</param>
/// <param name="Age">The milliseconds since the connection was made, as long as the proxy has sent no data on it.</param>
internal readonly record struct AcceptedSocket(TcpState State, uint Age)
{
    // <netinet/tcp.h>: struct tcp_info, tcpi_state and tcpi_last_data_sent.
    private const int SolTcp = 6;
    private const int TcpInfo = 11;
    private const int LastDataSentAt = 44;
    private const int InfoSize = 48;

    /// <summary>Whether the client can still be connected: it may have ended its own side.</summary>
    public bool IsOpen => State is TcpState.Established or TcpState.CloseWait;

    /// <summary>Looks at a socket. Returns null if the connection is over.</summary>
    public static AcceptedSocket? Of(Socket socket)
    {
        Span<byte> info = stackalloc byte[InfoSize];
        try
        {
            return socket.GetRawSocketOption(SolTcp, TcpInfo, info) == InfoSize
                ? new AcceptedSocket((TcpState)info[0], BinaryPrimitives.ReadUInt32LittleEndian(info[LastDataSentAt..]))
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client has reset the connection since it was accepted.
            return null;
        }
    }
}
