using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Callers;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.HostPods;

/// <summary>Tells callers in the node's network apart. Composes this room.</summary>
internal sealed class HostCallers : IDisposable
{
    private readonly NetlinkSocket _sockets;
    private readonly NetlinkSocket _routes;
    private readonly LocalAddresses _addresses;
    private readonly CgroupOwners _cgroups;
    private readonly SocketOwners _owners;
    private readonly HostPodsReadiness _readiness;
    private readonly ProbeAnswers _probes;

    /// <param name="options">The options.</param>
    /// <param name="wait">How long a cgroup may stay unknown.</param>
    /// <param name="arePeers">Whether two pods, given by their UIDs, both run the proxy.</param>
    /// <param name="notReady">Why the proxy can't serve the node's network now for another reason, or null.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Creates the loggers.</param>
    /// <exception cref="IOException">This kernel or container offers no netlink sockets.</exception>
    public HostCallers(HostPodsOptions options, TimeSpan wait, Func<string, string, bool> arePeers, Func<string?> notReady, TimeProvider time, ILoggerFactory logging)
    {
        _sockets = new NetlinkSocket(NetlinkSocket.SocketDiagnosis);
        _routes = new NetlinkSocket(NetlinkSocket.Routes);
        _addresses = new LocalAddresses(_routes, time);
        _cgroups = new CgroupOwners(new CgroupTree(options.CgroupRoot), time);
        var lookup = new SocketLookup(_sockets);
        _readiness = new HostPodsReadiness(options.CgroupRoot, lookup);
        _owners = new SocketOwners(lookup, _cgroups, () => _readiness.Own, wait, logging.CreateLogger<SocketOwners>()) { ArePeers = arePeers };
        _probes = new ProbeAnswers(() => notReady() ?? Problem(), time);
    }

    /// <summary>The number of lookups to which the kernel gave no valid answer.</summary>
    public long Failures => _owners.Failures;

    /// <summary>The number of walks through the cgroups.</summary>
    public long Walks => _cgroups.Walks;

    /// <summary>The number of known cgroups.</summary>
    public int Cgroups => _cgroups.Count;

    /// <summary>Why callers can't be told apart here, or null if they can.</summary>
    public string? Problem() => _readiness.Problem();

    /// <summary>Reads the cgroups that exist now, so that the first connections need not wait.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        Problem();
        await _cgroups.ResolveAsync(0, Timeout.InfiniteTimeSpan, cancellation);
    }

    public bool IsLocal(IPAddress address) => _addresses.Contains(address);

    /// <inheritdoc cref="SocketOwners.FindAsync"/>
    public ValueTask<SocketOwner> FindAsync(Socket accepted, IPEndPoint client, int interfaceIndex, CancellationToken gone) =>
        _owners.FindAsync(accepted, client, interfaceIndex, gone);

    /// <summary>
    /// Answers the probe of the redirect. Others than pods of the proxy and the node get nothing, so that no pod can keep the probe out.
    /// </summary>
    public async Task AnswerDirectAsync(IDuplexPipe connection, Socket accepted, IPEndPoint client, IPEndPoint listener, CancellationToken gone)
    {
        if (await _owners.IsOwnOrNodeAsync(accepted, client, listener, gone))
        {
            await _probes.AnswerAsync(connection, gone);
        }
    }

    /// <inheritdoc cref="ProbeAnswers.LeaveAsync"/>
    public Task LeaveAsync(CancellationToken timeUp) => _probes.LeaveAsync(timeUp);

    public void Dispose()
    {
        _sockets.Dispose();
        _routes.Dispose();
        _cgroups.Dispose();
    }
}
