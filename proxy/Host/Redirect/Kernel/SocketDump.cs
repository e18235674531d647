using System.Buffers.Binary;
using System.Net;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Lists the TCP sockets of this network namespace (<c>linux/inet_diag.h</c>). Answers to other requests are dropped, and the bytes read are bounded.</summary>
internal sealed class SocketDump(IDatagrams datagrams)
{
    /// <summary>The longest list in bytes: about 100,000 sockets.</summary>
    private const int MaxBytes = 32 * 1024 * 1024;

    // Each datagram counts as at least this many bytes, so that empty datagrams can't be read forever.
    private const int DatagramCost = 1024;

    // NLM_F_REQUEST | NLM_F_DUMP.
    private const ushort RequestDump = 0x301;

    // NLMSG_ERROR and NLMSG_DONE.
    private const ushort Error = 2;
    private const ushort Done = 3;

    // Every state but TIME-WAIT (6), CLOSE (7) and LISTEN (10): sockets that still belong to a process and a connection.
    private const uint Connected = (1 << 1) | (1 << 2) | (1 << 4) | (1 << 5) | (1 << 8) | (1 << 9) | (1 << 11);
    private const uint Listening = 1 << (int)TcpState.Listen;

    private uint _sequence;

    /// <summary>Receives one socket.</summary>
    public delegate void Take(NodeSocket socket);

    /// <summary>The sockets that are connected, or connecting, to a port.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void ConnectedTo(int port, Take take) => Ask(Connected, InetDiag.Request.RemotePort, port, take);

    /// <summary>The sockets that are connected from a port.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void ConnectedFrom(int port, Take take) => Ask(Connected, InetDiag.Request.LocalPort, port, take);

    /// <summary>The sockets that listen on a port.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public void ListeningOn(int port, Take take) => Ask(Listening, InetDiag.Request.LocalPort, port, take);

    private void Ask(uint states, int portAt, int port, Take take)
    {
        Ask(InetDiag.IPv4, states, portAt, port, take);
        Ask(InetDiag.IPv6, states, portAt, port, take);
    }

    private void Ask(byte family, uint states, int portAt, int port, Take take)
    {
        var sequence = ++_sequence;
        datagrams.Send(Request(family, sequence, states, portAt, port));
        for (var read = 0; read < MaxBytes;)
        {
            var datagram = datagrams.Receive();
            read += datagram.Length + DatagramCost;
            if (TakeAll(datagram, sequence, take))
            {
                return;
            }
        }

        throw new InvalidDataException("the kernel's list of sockets is too long");
    }

    private static byte[] Request(byte family, uint sequence, uint states, int portAt, int port)
    {
        var request = new byte[NetlinkMessages.HeaderLength + InetDiag.RequestLength];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(4), InetDiag.ByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6), RequestDump);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(8), sequence);
        var body = request.AsSpan(NetlinkMessages.HeaderLength);
        (body[InetDiag.Request.Family], body[InetDiag.Request.Protocol]) = (family, InetDiag.Tcp);
        BinaryPrimitives.WriteUInt32LittleEndian(body[InetDiag.Request.States..], states);
        BinaryPrimitives.WriteUInt16BigEndian(body[portAt..], (ushort)port);
        return request;
    }

    /// <returns>Whether the list ended in this datagram.</returns>
    private static bool TakeAll(ReadOnlySpan<byte> datagram, uint sequence, Take take)
    {
        for (var message = new NetlinkMessages(datagram); message.MoveNext();)
        {
            if (message.Sequence != sequence)
            {
                continue;
            }

            switch (message.Type)
            {
                case Error:
                    throw new IOException("the kernel refused to list sockets; the module tcp_diag may be missing");
                case Done:
                    return true;
                case InetDiag.ByFamily:
                    take(Read(message.Body));
                    break;
            }
        }

        return false;
    }

    private static NodeSocket Read(ReadOnlySpan<byte> answer)
    {
        if (answer.Length < InetDiag.AnswerLength || answer[InetDiag.Answer.Family] is not (InetDiag.IPv4 or InetDiag.IPv6))
        {
            throw new InvalidDataException("a socket in the kernel's list is invalid");
        }

        return new NodeSocket(
            (TcpState)answer[InetDiag.Answer.State],
            EndPoint(answer[InetDiag.Answer.Family], answer[InetDiag.Answer.LocalAddress..], answer[InetDiag.Answer.LocalPort..]),
            EndPoint(answer[InetDiag.Answer.Family], answer[InetDiag.Answer.RemoteAddress..], answer[InetDiag.Answer.RemotePort..]),
            BinaryPrimitives.ReadUInt32LittleEndian(answer[InetDiag.Answer.Uid..]),
            Cgroup(answer[InetDiag.AnswerLength..]));
    }

    private static IPEndPoint EndPoint(byte family, ReadOnlySpan<byte> address, ReadOnlySpan<byte> port)
    {
        var ip = new IPAddress(family == InetDiag.IPv4 ? address[..4] : address[..16]);
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, BinaryPrimitives.ReadUInt16BigEndian(port));
    }

    private static ulong Cgroup(ReadOnlySpan<byte> attributes)
    {
        for (var attribute = new NetlinkAttributes(attributes); attribute.MoveNext();)
        {
            if (attribute.Type == InetDiag.CgroupId)
            {
                return attribute.Value.Length == sizeof(ulong)
                    ? BinaryPrimitives.ReadUInt64LittleEndian(attribute.Value)
                    : throw new InvalidDataException("a cgroup id in the kernel's list is not eight bytes long");
            }
        }

        return 0;
    }
}
