using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Network.Client;

/// <summary>Sends one TCP segment outside any connection, as a server does that has not heard that its client is gone.</summary>
internal static class Segment
{
    private const int HeaderLength = 20;
    private const byte Tcp = 6;
    private const byte PushAndAck = 0x18;

    public static int Send(IPEndPoint from, IPEndPoint to)
    {
        // The kernel writes the IP header before the TCP header (raw(7)).
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from.Address, 0));
        socket.SendTo(Header(from, to), new IPEndPoint(to.Address, 0));
        Console.WriteLine("sent");
        return 0;
    }

    // RFC 9293, section 3.1: ports, sequence number, acknowledgement number, data offset, flags, window, checksum.
    private static byte[] Header(IPEndPoint from, IPEndPoint to)
    {
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 1000);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), 1000);
        header[12] = HeaderLength / 4 << 4;
        header[13] = PushAndAck;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), ushort.MaxValue);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(16), Checksum([.. from.Address.GetAddressBytes(), .. to.Address.GetAddressBytes(), 0, Tcp, 0, HeaderLength, .. header]));
        return header;
    }

    private static ushort Checksum(byte[] covered)
    {
        var sum = 0u;
        for (var i = 0; i < covered.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(covered.AsSpan(i));
        }

        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }
}
