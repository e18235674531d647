using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime.Netlink;

/// <summary>A netlink socket to one of the kernel's subsystems. It never blocks, because the kernel answers during the call that sends the request.</summary>
internal sealed partial class NetlinkSocket : IDatagrams, IDisposable
{
    /// <summary>NETLINK_ROUTE: addresses and routes.</summary>
    public const int Routes = 0;

    /// <summary>NETLINK_SOCK_DIAG: information about sockets.</summary>
    public const int SocketDiagnosis = 4;

    /// <summary>NETLINK_NETFILTER: the rules of nf_tables.</summary>
    public const int Netfilter = 12;

    // Linux's numbers, the same on amd64 and arm64: AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC.
    private const int Family = 16;
    private const int Kind = 3 | 0x80000;

    // MSG_DONTWAIT | MSG_TRUNC. With MSG_TRUNC, recvfrom returns the real length of a datagram that does not fit.
    private const int ReceiveFlags = 0x40 | 0x20;

    // struct sockaddr_nl: family, padding, port (0 for the kernel), groups.
    private const int AddressLength = 12;
    private const int PortOffset = 4;

    private readonly SafeFileHandle _socket;

    // The kernel sends dumps in pieces of at most 32 KiB (netlink_dump).
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <param name="protocol">The subsystem.</param>
    /// <exception cref="IOException">This kernel or container offers no such socket.</exception>
    public NetlinkSocket(int protocol = Netfilter)
    {
        var socket = Open(Family, Kind, protocol);
        _socket = socket >= 0 ? new SafeFileHandle(socket, ownsHandle: true) : throw Failure("no netlink socket could be opened");
    }

    public void Send(ReadOnlySpan<byte> datagram)
    {
        // An unconnected netlink socket without an address sends to the kernel.
        if (Send(_socket, datagram, (nuint)datagram.Length, 0) != datagram.Length)
        {
            throw Failure("the kernel did not accept a netlink request");
        }
    }

    public ReadOnlySpan<byte> Receive()
    {
        Span<byte> sender = stackalloc byte[AddressLength];
        while (true)
        {
            sender.Clear();
            var senderLength = AddressLength;
            var length = Receive(_socket, _buffer, (nuint)_buffer.Length, ReceiveFlags, sender, ref senderLength);
            if (length < 0)
            {
                throw Failure("the kernel sent no netlink answer");
            }

            if (length > _buffer.Length)
            {
                throw new IOException("a netlink answer was longer than the kernel should send");
            }

            // Other processes can send to this socket too. Only the kernel has port 0.
            if (senderLength == AddressLength && BinaryPrimitives.ReadUInt32LittleEndian(sender[PortOffset..]) == 0)
            {
                return _buffer.AsSpan(0, (int)length);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static IOException Failure(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Receive(SafeFileHandle socket, Span<byte> buffer, nuint length, int flags, Span<byte> sender, ref int senderLength);
}
