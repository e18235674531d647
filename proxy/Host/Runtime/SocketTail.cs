using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>
/// A second handle of a TCP connection. The kernel keeps data that a client has not read, at the server's cost, even after the server
/// has closed its own handle. This handle shows how much data that is, and can discard the data.
/// </summary>
internal sealed partial class SocketTail : IDisposable
{
    // Linux's <fcntl.h>, <asm/socket.h>, <netinet/tcp.h>
    private const int DuplicateCloseOnExec = 1030;
    private const int SolSocket = 1;
    private const int SoLinger = 13;
    private const int SolTcp = 6;
    private const int TcpInfo = 11;

    // struct tcp_info: tcpi_state, tcpi_unacked, tcpi_bytes_acked, tcpi_notsent_bytes
    private const int StateAt = 0;
    private const int UnacknowledgedAt = 24;
    private const int AcknowledgedBytesAt = 120;
    private const int UnsentBytesAt = 144;
    private const int InfoSize = 148;

    // <net/tcp_states.h>: in these two states the server has not yet ended its side.
    private const int Established = 1;
    private const int CloseWait = 8;

    // In this state the kernel no longer holds anything, whatever the counters say.
    private const int Closed = 7;

    private readonly Lock _gate = new();
    private int _handle;

    private SocketTail(int handle) => _handle = handle;

    /// <summary>Creates the second handle, or returns null if that is not possible.</summary>
    public static SocketTail? Of(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var handle = Duplicate(socket.SafeHandle, DuplicateCloseOnExec, 0);
            return handle < 0 ? null : new SocketTail(handle);
        }
        catch (ObjectDisposedException)
        {
            // The client has reset the connection since it was accepted.
            return null;
        }
    }

    /// <summary>The state of the data that the kernel holds for the client.</summary>
    public TailState Look()
    {
        Span<byte> info = stackalloc byte[InfoSize];
        return TryRead(SolTcp, TcpInfo, info) && info[StateAt] != Closed
            ? new TailState(
                BinaryPrimitives.ReadInt32LittleEndian(info[UnacknowledgedAt..]) == 0 && BinaryPrimitives.ReadInt32LittleEndian(info[UnsentBytesAt..]) == 0,
                BinaryPrimitives.ReadInt64LittleEndian(info[AcknowledgedBytesAt..]),
                info[StateAt] is Established or CloseWait)
            : new TailState(IsEmpty: true, Acknowledged: 0, IsOpen: false);
    }

    /// <summary>Whether the server has closed its handle and the client has received everything or will be reset.</summary>
    public bool IsOver()
    {
        // struct linger { int l_onoff; int l_linger; }: to abort a connection, Kestrel sets this option with 0 seconds.
        Span<byte> linger = stackalloc byte[8];
        return Look() is { IsOpen: false, IsEmpty: true } || (TryRead(SolSocket, SoLinger, linger) && linger[0] != 0);
    }

    /// <summary>Closes the handle. Data that the client has not acknowledged by now is discarded.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_handle < 0)
            {
                return;
            }

            if (!IsOver())
            {
                ReadOnlySpan<byte> atOnce = [1, 0, 0, 0, 0, 0, 0, 0];
                _ = SetOption(_handle, SolSocket, SoLinger, atOnce, atOnce.Length);
            }

            _ = Close(_handle);
            _handle = -1;
        }
    }

    private bool TryRead(int level, int name, Span<byte> value)
    {
        lock (_gate)
        {
            var length = value.Length;
            return _handle >= 0 && GetOption(_handle, level, name, value, ref length) == 0 && length == value.Length;
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(SafeHandle handle, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetOption(int handle, int level, int name, Span<byte> value, ref int length);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int handle, int level, int name, ReadOnlySpan<byte> value, int length);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}
