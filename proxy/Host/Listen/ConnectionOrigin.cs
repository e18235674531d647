using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Listen;

/// <summary>Reads the kernel's information about an accepted connection, other than its addresses.</summary>
internal static class ConnectionOrigin
{
    // Linux's <netinet/in.h> and <linux/netfilter_ipv4.h>
    private const int SolIp = 0;
    private const int IpPktOptions = 9;
    private const int IpPktInfo = 8;
    private const int SoOriginalDst = 80;

    /// <summary>
    /// The destination of the connection before the node's iptables rules redirected it, or null if no rule redirected it.
    /// </summary>
    public static IPEndPoint? OriginalDestination(Socket socket)
    {
        // struct sockaddr_in { family, port (network order), address, padding }
        Span<byte> address = stackalloc byte[16];
        try
        {
            return socket.GetRawSocketOption(SolIp, SoOriginalDst, address) < 8
                ? null
                : new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // ENOENT: connection tracking does not run, or has no rewritten entry for the connection. ObjectDisposedException: the client has
            // reset the connection since it was accepted.
            return null;
        }
    }

    /// <summary>Makes a listening socket record the interface on which each connection arrives.</summary>
    public static void NoteInterfaces(Socket listening)
    {
        if (OperatingSystem.IsLinux() && listening.AddressFamily == AddressFamily.InterNetwork)
        {
            Span<byte> on = [1, 0, 0, 0];
            listening.SetRawSocketOption(SolIp, IpPktInfo, on);
        }
    }

    /// <summary>The index of the interface on which the connection's first packet arrived, or 0 if it is unknown.</summary>
    public static int InterfaceIndex(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.InterNetwork)
        {
            return 0;
        }

        // struct cmsghdr { size_t len; int level; int type; }, then struct in_pktinfo { int ifindex; … }
        Span<byte> messages = stackalloc byte[256];
        try
        {
            var length = socket.GetRawSocketOption(SolIp, IpPktOptions, messages);
            return Find(messages[..length]);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private static int Find(ReadOnlySpan<byte> messages)
    {
        const int Header = 16;
        while (messages.Length >= Header + sizeof(int))
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(messages);
            if (length < Header || length > messages.Length)
            {
                return 0;
            }

            if (BinaryPrimitives.ReadInt32LittleEndian(messages[8..]) == SolIp
                && BinaryPrimitives.ReadInt32LittleEndian(messages[12..]) == IpPktInfo)
            {
                return BinaryPrimitives.ReadInt32LittleEndian(messages[Header..]);
            }

            messages = messages[Math.Min(messages.Length, (length + 7) & ~7)..];
        }

        return 0;
    }
}
