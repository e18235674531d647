using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Management;

/// <summary>The file of the management listener's Unix socket.</summary>
internal static class ManagementSocket
{
    /// <summary>The user of the proxy alone: whoever can open it sees who calls IMDS.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Takes away what a proxy that died left behind. Throws where something else is there, or another proxy lives.</summary>
    public static void RemoveStale(UnixDomainSocketEndPoint endPoint)
    {
        var file = new FileInfo(endPoint.ToString());
        if (Directory.Exists(file.FullName) || (file.Exists && (file.Length > 0 || file.LinkTarget is not null)))
        {
            throw new IOException($"{endPoint} is there and is no socket: remove it, or name another path as --management");
        }

        if (file.Exists)
        {
            RefuseIfAlive(endPoint);
            file.Delete();
        }
    }

    /// <summary>A bound socket whose file has its mode before anyone can connect: nobody can until it listens.</summary>
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

        throw new IOException($"{endPoint} belongs to another process that answers there: end it, or name another path as --management");
    }
}
