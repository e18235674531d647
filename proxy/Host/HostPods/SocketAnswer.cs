using System.Buffers.Binary;
using System.Net;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.HostPods;

/// <summary>
/// Reads the kernel's answer about one socket (<c>struct inet_diag_msg</c> and attributes). Strict: where no connection has the
/// addresses, the kernel answers with a listener on the port, so only a connected socket with exactly these addresses counts.
/// </summary>
internal static class SocketAnswer
{
    private const int AddressLength = 16;

    // Where an IPv4-mapped address holds the IPv4 address, after ten bytes of zeros and two of ones.
    private const int MappedAt = 12;

    // tcpi_last_data_recv of struct tcp_info.
    private const int LastDataReceivedAt = 52;

    // NLMSG_ERROR, and the error for a socket that does not exist.
    private const ushort Error = 2;
    private const int NoEntry = -2;

    /// <summary>Reads one datagram.</summary>
    /// <param name="datagram">The datagram from the kernel.</param>
    /// <param name="sequence">The number of the request.</param>
    /// <param name="local">The requested socket's own address and port.</param>
    /// <param name="remote">The address and port that the requested socket is connected to.</param>
    /// <param name="socket">The connected socket with these addresses, or null if there is none.</param>
    /// <returns>Whether the datagram contained the answer to this request.</returns>
    /// <exception cref="InvalidDataException">The datagram is not a valid answer.</exception>
    /// <exception cref="IOException">The kernel refused the request.</exception>
    public static bool TryRead(ReadOnlySpan<byte> datagram, uint sequence, IPEndPoint local, IPEndPoint remote, out ClientSocket? socket)
    {
        for (var message = new NetlinkMessages(datagram); message.MoveNext();)
        {
            if (message.Sequence != sequence)
            {
                continue;
            }

            socket = message.Type switch
            {
                InetDiag.ByFamily => Read(message.Body, local, remote),
                Error when ErrorOf(message.Body) == NoEntry => null,
                Error => throw new IOException($"the kernel refused to look up a socket (error {-ErrorOf(message.Body)})"),
                _ => throw new InvalidDataException("the kernel answered a request about a socket with another message"),
            };
            return true;
        }

        socket = null;
        return false;
    }

    private static ClientSocket? Read(ReadOnlySpan<byte> body, IPEndPoint local, IPEndPoint remote)
    {
        if (body.Length < InetDiag.AnswerLength)
        {
            throw new InvalidDataException("the kernel's answer about a socket is too short");
        }

        var state = (TcpState)body[InetDiag.Answer.State];
        return state is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2
            && BinaryPrimitives.ReadUInt16BigEndian(body[InetDiag.Answer.LocalPort..]) == local.Port
            && BinaryPrimitives.ReadUInt16BigEndian(body[InetDiag.Answer.RemotePort..]) == remote.Port
            && IsSame(body[InetDiag.Answer.Family], body.Slice(InetDiag.Answer.LocalAddress, AddressLength), local.Address)
            && IsSame(body[InetDiag.Answer.Family], body.Slice(InetDiag.Answer.RemoteAddress, AddressLength), remote.Address)
            ? ReadAttributes(body[InetDiag.AnswerLength..])
            : null;
    }

    private static ClientSocket ReadAttributes(ReadOnlySpan<byte> attributes)
    {
        ulong? cgroup = null;
        uint? age = null;
        for (var attribute = new NetlinkAttributes(attributes); attribute.MoveNext();)
        {
            if (attribute.Type == InetDiag.CgroupId)
            {
                cgroup = attribute.Value.Length == sizeof(ulong) && cgroup is null
                    ? BinaryPrimitives.ReadUInt64LittleEndian(attribute.Value)
                    : throw new InvalidDataException("the cgroup in the kernel's answer is not one number of eight bytes");
            }
            else if (attribute.Type == InetDiag.TcpInfo)
            {
                age = attribute.Value.Length >= LastDataReceivedAt + sizeof(uint) && age is null
                    ? BinaryPrimitives.ReadUInt32LittleEndian(attribute.Value[LastDataReceivedAt..])
                    : throw new InvalidDataException("the TCP information in the kernel's answer is too short");
            }
        }

        return cgroup is { } id && age is { } milliseconds
            ? new ClientSocket(id, milliseconds)
            : throw new InvalidDataException("this kernel does not tell the cgroup of a socket; Linux does so since 5.9");
    }

    private static bool IsSame(byte family, ReadOnlySpan<byte> bytes, IPAddress address)
    {
        Span<byte> expected = stackalloc byte[AddressLength];
        expected.Clear();
        return family switch
        {
            InetDiag.IPv4 => address.TryWriteBytes(expected, out _),
            InetDiag.IPv6 => TryWriteMapped(expected, address),
            _ => false,
        } && bytes.SequenceEqual(expected);
    }

    private static bool TryWriteMapped(Span<byte> expected, IPAddress address)
    {
        expected[MappedAt - 2] = expected[MappedAt - 1] = byte.MaxValue;
        return address.TryWriteBytes(expected[MappedAt..], out _);
    }

    private static int ErrorOf(ReadOnlySpan<byte> body) => body.Length >= sizeof(int)
        ? BinaryPrimitives.ReadInt32LittleEndian(body)
        : throw new InvalidDataException("an error of the kernel is too short");
}
