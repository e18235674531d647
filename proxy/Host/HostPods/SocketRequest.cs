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
    public const int Length = NetlinkMessages.HeaderLength + InetDiag.RequestLength;

    private const ushort RequestFlag = 1;

    // All attributes: among them tcp_info. The kernel adds the cgroup's id to every answer.
    private const byte Extensions = 0xff;

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
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], InetDiag.ByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], RequestFlag);
        BinaryPrimitives.WriteUInt32LittleEndian(message[8..], sequence);
        var request = message[NetlinkMessages.HeaderLength..];
        request[InetDiag.Request.Family] = InetDiag.IPv4;
        request[InetDiag.Request.Protocol] = InetDiag.Tcp;
        request[InetDiag.Request.Extensions] = Extensions;
        request.Slice(InetDiag.Request.States, sizeof(uint)).Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(request[InetDiag.Request.LocalPort..], (ushort)local.Port);
        BinaryPrimitives.WriteUInt16BigEndian(request[InetDiag.Request.RemotePort..], (ushort)remote.Port);
        local.Address.TryWriteBytes(request[InetDiag.Request.LocalAddress..], out _);
        remote.Address.TryWriteBytes(request[InetDiag.Request.RemoteAddress..], out _);
        BinaryPrimitives.WriteInt32LittleEndian(request[InetDiag.Request.Interface..], interfaceIndex);

        // The cookie says that any socket with these addresses will do.
        request[InetDiag.Request.Cookie..].Fill(0xff);
    }
}
