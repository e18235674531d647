using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.HostPods;

/// <summary>Looks up a connection that the proxy makes to itself: shows whether lookups work here, and in which cgroup the proxy is.</summary>
internal static class OwnSocket
{
    /// <summary>The cgroup of a socket of this process.</summary>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid, or the socket was not found.</exception>
    public static ulong Cgroup(SocketLookup lookup)
    {
        try
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(1);
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(listener.LocalEndPoint!);
            return lookup.Find((IPEndPoint)client.LocalEndPoint!, (IPEndPoint)client.RemoteEndPoint!, 0)?.Cgroup
                ?? throw new InvalidDataException("the kernel does not find a socket of the proxy itself");
        }
        catch (SocketException e)
        {
            throw new IOException($"a connection over loopback failed: {e.Message}", e);
        }
    }
}
