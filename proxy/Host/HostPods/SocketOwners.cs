using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.HostPods;

/// <summary>
/// Finds the owner of an accepted connection from this node: the connection's other end → its cgroup → the pod or the unit.
/// <para>
/// The kernel finds the other end by its addresses, so the addresses must have belonged to the same connection all the time. They did if the
/// accepted socket is still open after the lookup: nobody can connect again from the same address and port while it is. Network address
/// translation can break this rule: it changes the port of a client whose port is in use for a direct connection, and another client may
/// use the new port. That other client's socket is younger than the accepted one, because its port was free when that was made.
/// </para>
/// </summary>
/// <param name="lookup">Finds the client's socket.</param>
/// <param name="cgroups">The owners of cgroups.</param>
/// <param name="self">The cgroup of the proxy itself, or null while it is not known.</param>
/// <param name="wait">How long a cgroup may stay unknown.</param>
/// <param name="logger">Logs failures.</param>
internal sealed partial class SocketOwners(SocketLookup lookup, CgroupOwners cgroups, Func<ulong?> self, TimeSpan wait, ILogger<SocketOwners> logger)
{
    /// <summary>The address that clients connect to. The redirect changes packets, not sockets.</summary>
    private static readonly IPEndPoint Imds = new(new IPAddress([169, 254, 169, 254]), 80);

    /// <summary>The id of the hierarchy's root, in which no container is. Without cgroup v2, every socket has it, or 0.</summary>
    private const ulong Root = 1;

    private static readonly SocketOwner.OfNode InRoot = new("/");

    /// <summary>Whether two pods, given by their UIDs, both run the proxy. During a rollout two of them share a node and its port.</summary>
    public Func<string, string, bool> ArePeers { get; init; } = static (_, _) => false;

    private long _failures;

    /// <summary>The number of lookups to which the kernel gave no valid answer.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Finds the owner. Completes at once, unless the cgroup is not known yet.</summary>
    /// <param name="accepted">The accepted connection. Nothing may have been sent on it.</param>
    /// <param name="client">The client's address and port.</param>
    /// <param name="interfaceIndex">The interface that the connection came through.</param>
    /// <param name="gone">Ends the wait.</param>
    public ValueTask<SocketOwner> FindAsync(Socket accepted, IPEndPoint client, int interfaceIndex, CancellationToken gone)
    {
        if (OtherEndOf(accepted, client, Imds, interfaceIndex) is not { Cgroup: > 0 } other || (other.Cgroup == Root && self() is null or <= Root))
        {
            return new ValueTask<SocketOwner>(SocketOwner.None.Instance);
        }

        return other.Cgroup == self() ? new ValueTask<SocketOwner>(SocketOwner.Proxy.Instance) : OwnerAsync(other.Cgroup, gone);
    }

    /// <summary>
    /// Whether a connection that was made directly to the listener comes from a pod of the proxy or from a process of the node. Where sockets carry no
    /// cgroup, every process of the node counts: the proxy is not ready there, and says so.
    /// </summary>
    public async ValueTask<bool> IsOwnOrNodeAsync(Socket accepted, IPEndPoint client, IPEndPoint listener, CancellationToken gone)
    {
        if (OtherEndOf(accepted, client, listener, 0) is not { } other)
        {
            return false;
        }

        var own = self();
        if (own is null or <= Root || own == other.Cgroup)
        {
            return true;
        }

        return await OwnerAsync(other.Cgroup, gone) switch
        {
            SocketOwner.OfNode => true,
            SocketOwner.OfPod pod => await OwnerAsync(own.Value, gone) is SocketOwner.OfPod mine && (pod == mine || ArePeers(mine.Uid, pod.Uid)),
            _ => false,
        };
    }

    private ValueTask<SocketOwner> OwnerAsync(ulong cgroup, CancellationToken gone) => (cgroup == Root ? InRoot : cgroups.Find(cgroup)) is { } owner
        ? new ValueTask<SocketOwner>(owner)
        : new ValueTask<SocketOwner>(cgroups.ResolveAsync(cgroup, wait, gone));

    private ClientSocket? OtherEndOf(Socket accepted, IPEndPoint client, IPEndPoint destination, int interfaceIndex)
    {
        // The accepted socket's age is read first, so that it can't come out larger than that of its own client.
        if (AcceptedSocket.Of(accepted) is not { IsOpen: true } before || Find(client, destination, interfaceIndex) is not { } other || other.Age < before.Age)
        {
            return null;
        }

        return AcceptedSocket.Of(accepted) is { IsOpen: true } ? other : null;
    }

    private ClientSocket? Find(IPEndPoint client, IPEndPoint destination, int interfaceIndex)
    {
        try
        {
            return lookup.Find(client, destination, interfaceIndex);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            if (Interlocked.Increment(ref _failures) == 1)
            {
                Log.LookupFailed(logger, e.Message);
            }

            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "SocketLookupFailed", Level = LogLevel.Error, Message = "The kernel did not tell to which pod a connection from the node's network belongs, so its caller is unknown: {Failure}. Further failures are only counted")]
        public static partial void LookupFailed(ILogger logger, string failure);
    }
}
