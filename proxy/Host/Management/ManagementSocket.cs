using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Management;

/// <summary>The file of the management listener's Unix socket.</summary>
internal static class ManagementSocket
{
    /// <summary>Only the proxy's own user may connect, because the guarded pages name every pod that calls IMDS.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Removes the socket of a proxy that has died. Throws if the path holds anything else, or if another proxy is running.</summary>
    public static void RemoveStale(UnixDomainSocketEndPoint endPoint)
    {
        var file = new FileInfo(endPoint.ToString());
        if (Directory.Exists(file.FullName) || (file.Exists && (file.Length > 0 || file.LinkTarget is not null)))
        {
            throw new IOException($"{endPoint} exists but is not a socket: remove it, or give another path as --management");
        }

        if (file.Exists)
        {
            RefuseIfAlive(endPoint);
            file.Delete();
        }
    }

    /// <summary>Creates a bound socket. The mode of its file is set before the socket listens, so that no other user can connect earlier.</summary>
    public static Socket Bind(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(endPoint.ToString() ?? "", Mode);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RefuseIfAlive(UnixDomainSocketEndPoint endPoint)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException)
        {
            return;
        }

        throw new IOException($"another process answers at {endPoint}: stop it, or give another path as --management");
    }
}
