using System.Net;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.HostPods;

/// <summary>
/// Asks the kernel for the client's socket of a connection. Any process may ask, for its own network namespace. All threads share
/// one netlink socket. A thread holds the lock for two system calls that never block.
/// </summary>
internal sealed class SocketLookup(IDatagrams datagrams)
{
    // Datagrams that belong to earlier requests are dropped. More than a few of them mean that something is wrong.
    private const int MaxDropped = 16;

    private readonly Lock _gate = new();
    private uint _sequence;

    /// <summary>Finds the connected socket with these addresses.</summary>
    /// <param name="local">The socket's own IPv4 address and port.</param>
    /// <param name="remote">The IPv4 address and port that the socket is connected to.</param>
    /// <param name="interfaceIndex">The interface that the socket may be bound to, or 0.</param>
    /// <returns>The socket, or null if there is none.</returns>
    /// <exception cref="IOException">The kernel gave no answer.</exception>
    /// <exception cref="InvalidDataException">The answer is invalid.</exception>
    public ClientSocket? Find(IPEndPoint local, IPEndPoint remote, int interfaceIndex)
    {
        Span<byte> request = stackalloc byte[SocketRequest.Length];
        lock (_gate)
        {
            var sequence = ++_sequence;
            SocketRequest.Write(request, sequence, local, remote, interfaceIndex);
            datagrams.Send(request);
            for (var dropped = 0; dropped <= MaxDropped; dropped++)
            {
                if (SocketAnswer.TryRead(datagrams.Receive(), sequence, local, remote, out var socket))
                {
                    return socket;
                }
            }
        }

        throw new InvalidDataException("the kernel answered other requests about sockets only");
    }
}
