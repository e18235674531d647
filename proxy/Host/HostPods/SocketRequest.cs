using System.Buffers.Binary;
using System.Net;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.HostPods;

/// <summary>
/// A request for the one TCP socket with these addresses, as its owner sees it (<c>struct inet_diag_req_v2</c> of
/// <c>linux/inet_diag.h</c>, preceded by <c>struct nlmsghdr</c>).
/// </summary>
internal static class SocketRequest
{
    /// <summary>SOCK_DIAG_BY_FAMILY, the type of the request and of its answer.</summary>
    public const ushort Type = 20;

    /// <summary>AF_INET.</summary>
    public const byte IPv4 = 2;

    /// <summary>AF_INET6.</summary>
    public const byte IPv6 = 10;

    public const int Length = NetlinkMessages.HeaderLength + 56;

    private const byte Tcp = 6;
    private const ushort RequestFlag = 1;

    // All attributes: among them tcp_info. The kernel adds the cgroup's id to every answer.
    private const byte Extensions = 0xff;

    // The offsets in the message. The cookie at the end says that any socket with these addresses will do.
    private const int ExtensionsAt = 18;
    private const int StatesAt = 20;
    private const int SourcePortAt = 24;
    private const int DestinationPortAt = 26;
    private const int SourceAt = 28;
    private const int DestinationAt = 44;
    private const int InterfaceAt = 60;
    private const int CookieAt = 64;

    /// <summary>Writes a request into <see cref="Length"/> bytes.</summary>
    /// <param name="message">Receives the request.</param>
    /// <param name="sequence">The number that the answer will carry.</param>
    /// <param name="local">The socket's own IPv4 address and port.</param>
    /// <param name="remote">The IPv4 address and port that the socket is connected to.</param>
    /// <param name="interfaceIndex">The interface that the socket may be bound to; 0 finds only unbound sockets.</param>
    public static void Write(Span<byte> message, uint sequence, IPEndPoint local, IPEndPoint remote, int interfaceIndex)
    {
        message = message[..Length];
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], Type);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], RequestFlag);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sequence);
        message[NetlinkMessages.HeaderLength] = IPv4;
        message[NetlinkMessages.HeaderLength + 1] = Tcp;
        message[ExtensionsAt] = Extensions;
        message.Slice(StatesAt, sizeof(uint)).Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(message[SourcePortAt..], (ushort)local.Port);
        BinaryPrimitives.WriteUInt16BigEndian(message[DestinationPortAt..], (ushort)remote.Port);
        local.Address.TryWriteBytes(message[SourceAt..], out _);
        remote.Address.TryWriteBytes(message[DestinationAt..], out _);
        BinaryPrimitives.WriteInt32LittleEndian(message[InterfaceAt..], interfaceIndex);
        message[CookieAt..].Fill(0xff);
    }
}
