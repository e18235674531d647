using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>
/// The socket of a TCP listener. The next process of the same user may share its port, so that a restart loses no connection.
/// </summary>
internal static class SharedSocket
{
    // Linux's <sys/socket.h>
    private const int SolSocket = 1;
    private const int SoReusePort = 15;
    private const int SoAttachReusePortCbpf = 51;

    // struct sock_filter { code = BPF_RET | BPF_K, jt = 0, jf = 0, k = 1 }
    private static readonly byte[] ReturnOne = [0x06, 0, 0, 0, 1, 0, 0, 0];

    /// <summary>Creates the socket and binds it.</summary>
    public static Socket Bind(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (OperatingSystem.IsLinux())
            {
                Span<byte> on = [1, 0, 0, 0];
                socket.SetRawSocketOption(SolSocket, SoReusePort, on);
            }

            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Gives every new connection to the newer of two processes that share the port. A classic BPF program of one instruction
    /// selects the second socket of the group. Without the program, the kernel spreads connections over both processes, and the
    /// connections in the older process's queue are lost when that process ends. If there is only one socket, the program's
    /// result is out of range, and the kernel uses that socket. This needs no capability. Call this method once the socket
    /// listens.
    /// </summary>
    public static unsafe void PreferNewest(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        fixed (byte* filter = ReturnOne)
        {
            // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
            Span<byte> program = stackalloc byte[16];
            program.Clear();
            program[0] = 1;
            MemoryMarshal.Write(program[8..], (nint)filter);
            socket.SetRawSocketOption(SolSocket, SoAttachReusePortCbpf, program);
        }
    }
}
