using ImdsProxy.Redirect.Applying;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>Keeps the lease, and looks for connections that go past the proxy, beside the watch of the rules.</summary>
internal static class HostPodsWatch
{
    // The directory beside the lock file in which each watch announces its pod.
    private const string Announcements = "imds-proxy-host-pods";

    /// <summary>Runs both until cancelled. Without <c>--host-pods</c>, removes the table of an earlier watch.</summary>
    public static async Task RunBesideAsync(
        Func<CancellationToken, Task> watch, PreparedRedirect redirect, RedirectSettings settings, RedirectServices services, CancellationToken cancellation)
    {
        if (!settings.HostPods)
        {
            HostPodsRedirect.Remove();
            await watch(cancellation);
            return;
        }

        var options = redirect.Options;
        var table = HostPodsRedirect.Table(options);
        HostPodsRedirect.Build(table);
        using var probe = new LeaseProbe(options.NodeIp, options.Port, LeaseProbe.UsualLimit, services.Time);
        var events = new HostPodsEvents(services);
        var lease = new LeaseWatch(table, probe.AskAsync, $"{options.NodeIp}:{options.Port}", settings, services, events);
        var past = Past(redirect, settings, services, events);
        await events.RunAsync(() => TogetherAsync([watch, lease.RunAsync, past.RunAsync], cancellation));
    }

    private static PastWatch Past(PreparedRedirect redirect, RedirectSettings settings, RedirectServices services, HostPodsEvents events)
    {
        var proxies = new ProxyPods(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(settings.LockFile))!, Announcements), services.Time);
        var sockets = new PastSockets(static () => new NetlinkSocket(NetlinkSocket.SocketDiagnosis), new CgroupNames(settings.CgroupRoot), proxies, settings.Port);
        return new PastWatch(sockets, new PastRules(redirect.Changes, services), new PastReports(services, events), settings.CgroupRoot, services);
    }

    // When one part fails, the others end too, so that the failure ends the process and does not stay unseen.
    private static async Task TogetherAsync(IEnumerable<Func<CancellationToken, Task>> parts, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAll(parts.Select(RunAsync));

        async Task RunAsync(Func<CancellationToken, Task> part)
        {
            try
            {
                await part(end.Token);
            }
            finally
            {
                await end.CancelAsync();
            }
        }
    }
}
