using System.Net;
using System.Net.Sockets;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Runtime;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>Looks every two seconds for connections and rules by which host pods go past the proxy.</summary>
internal sealed partial class PastWatch(PastSockets sockets, PastRules rules, PastReports reports, string cgroupRoot, RedirectServices services)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private string? _lastFailure;
    private ulong? _ownCgroup;

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Repeat.EveryAsync(Interval, services.Time, TryLookAsync, cancellation);

    private async Task TryLookAsync(CancellationToken cancellation)
    {
        try
        {
            reports.Report([.. await LookAtRulesAsync(cancellation), .. LookAtSockets()]);
            _lastFailure = null;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // The watch continues after any failure, because the lease and the rules must be kept.
            services.HostPods.Failed();
            if (e.Message != _lastFailure)
            {
                Messages.Failed(services.Log, e.Message);
            }

            _lastFailure = e.Message;
        }
    }

    // Without a lease, no rule matters, and listing the rules would create tables that an override has removed.
    private async Task<IEnumerable<PastFinding>> LookAtRulesAsync(CancellationToken cancellation)
    {
        if (!services.HostPods.IsIntercepted)
        {
            return [];
        }

        using var netlink = new NetlinkSocket();
        return [.. await rules.LookAsync(new NfTables(netlink), cancellation)];
    }

    // Without cgroup v2, no socket can be traced to its pod.
    private IEnumerable<PastFinding> LookAtSockets() =>
        CgroupMount.IsUnified(cgroupRoot) ? sockets.Look(_ownCgroup ??= OwnCgroup(), services.HostPods.IsIntercepted) : [];

    // From its own cgroup namespace, a container can't read its cgroup's path. The kernel tells the cgroup of a socket.
    private static ulong OwnCgroup()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        using var netlink = new NetlinkSocket(NetlinkSocket.SocketDiagnosis);
        var cgroup = 0ul;
        new SocketDump(netlink).ListeningOn(port, found => cgroup = found.Local.Address.Equals(IPAddress.Loopback) ? found.Cgroup : cgroup);
        return cgroup;
    }

    private static partial class Messages
    {
        [LoggerMessage(EventName = "HostPodsLookFailed", Level = LogLevel.Error, Message = "Could not look for host pods that go past the proxy; the next look tries again: {Message}")]
        public static partial void Failed(ILogger log, string message);
    }
}
