using System.Net;
using ImdsProxy.Core.Callers;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>Finds sockets of the node that go past the proxy.</summary>
/// <param name="open">Opens a connection to the kernel.</param>
/// <param name="names">The names of cgroups.</param>
/// <param name="proxies">The pods of the proxy.</param>
/// <param name="port">The proxy's port.</param>
internal sealed class PastSockets(Func<IDatagrams> open, CgroupNames names, ProxyPods proxies, int port)
{
    private static readonly IPEndPoint Imds = new(IPAddress.Parse(KnownAddresses.Imds), KnownAddresses.ImdsPort);

    // Connections of pods that did not reach the proxy, at the last look. The proxy's end of a new connection can be missing for
    // a moment.
    private HashSet<(IPEndPoint, ulong)> _suspects = [];

    /// <summary>Looks at the node's sockets.</summary>
    /// <param name="ownCgroup">The cgroup of this process.</param>
    /// <param name="intercepted">Whether the lease is held. Without a lease, every connection goes past, and the lapse is an event already.</param>
    /// <exception cref="IOException">The sockets can't be listed.</exception>
    /// <exception cref="InvalidDataException">The kernel's answer is invalid.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory of announcements can't be used.</exception>
    public IEnumerable<PastFinding> Look(ulong ownCgroup, bool intercepted)
    {
        var datagrams = open();
        using var end = datagrams as IDisposable;
        var dump = new SocketDump(datagrams);
        var clients = new List<NodeSocket>();
        var listeners = new List<NodeSocket>();
        dump.ConnectedTo(KnownAddresses.ImdsPort, socket => Add(clients, socket, socket.Remote.Equals(Imds)));
        dump.ListeningOn(port, socket => Add(listeners, socket, true));
        names.Find([ownCgroup, .. clients.Concat(listeners).Select(socket => socket.Cgroup)]);
        proxies.Look(Owner(ownCgroup));

        var others = clients.Where(socket => socket.Uid != LeaseRules.ProxyUid && socket.State == TcpState.Established && Owner(socket.Cgroup) is SocketOwner.OfPod).ToList();
        return
        [
            .. Findings(PastReason.Uid, clients.Where(socket => socket.Uid == LeaseRules.ProxyUid && !proxies.Has(Owner(socket.Cgroup)))),
            .. Findings(PastReason.Older, intercepted ? Unproxied(dump, others) : Forget()),
            .. Findings(PastReason.Listener, listeners.Where(socket => Owner(socket.Cgroup) is SocketOwner.OfPod owner && !proxies.Has(owner))),
        ];
    }

    private static void Add(List<NodeSocket> sockets, NodeSocket socket, bool matches)
    {
        if (matches)
        {
            sockets.Add(socket);
        }
    }

    // A connection that the lease redirected has its other end in this namespace too, at the proxy's port.
    private List<NodeSocket> Unproxied(SocketDump dump, List<NodeSocket> clients)
    {
        if (clients.Count == 0)
        {
            return Forget();
        }

        var proxied = new HashSet<IPEndPoint>();
        dump.ConnectedFrom(port, socket => proxied.Add(socket.Remote));
        var direct = clients.Where(socket => !proxied.Contains(socket.Local)).ToList();
        var again = direct.Where(socket => _suspects.Contains((socket.Local, socket.Cgroup))).ToList();
        _suspects = [.. direct.Select(socket => (socket.Local, socket.Cgroup))];
        return again;
    }

    private List<NodeSocket> Forget()
    {
        _suspects = [];
        return [];
    }

    private IEnumerable<PastFinding> Findings(PastReason reason, IEnumerable<NodeSocket> sockets) => sockets
        .GroupBy(socket => socket.Cgroup)
        .Select(group => new PastFinding(reason, Owner(group.Key), names.PathOf(group.Key) ?? $"cgroup {group.Key}", group.Count()));

    private SocketOwner Owner(ulong cgroup) =>
        names.PathOf(cgroup) is { } path ? CgroupPath.OwnerOf(path) : SocketOwner.None.Instance;
}
