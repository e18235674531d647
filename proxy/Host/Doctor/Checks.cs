using System.Collections.Immutable;
using System.Net;
using ImdsProxy.Doctor.Cluster;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Imds;
using ImdsProxy.Doctor.Log;
using ImdsProxy.Doctor.Node;
using ImdsProxy.Doctor.Rules;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Doctor;

/// <summary>All checks, in the order of a request's way: what takes it from the pod, the proxy, IMDS, the cluster and the log.</summary>
internal static class Checks
{
    public static ImmutableArray<CheckGroup> All(Place place, DoctorSettings settings, HostFiles files, RedirectServices services)
    {
        services = services with { Run = new RememberedPrograms(services.Run).RunAsync };
        // A check must end, and say why, before its own time limit.
        var patience = settings.Timeout / 2;
        var rules = new RulesReader(place, settings.Redirect, services);
        var imds = new ImdsQuestion(settings.Upstream, patience, services.Time);
        var rights = new RightsReader(settings.Kube, settings.NoKube, settings.Namespace ?? "default", services.Time);
        return
        [
            new CheckGroup("The redirect",
            [
                new BackendCheck(rules),
                new InPlaceCheck(rules, settings.Redirect.OverrideDirectory, services.Time),
                new OtherRulesCheck(rules),
                new ExistingBlockCheck(rules, settings.Redirect.OverrideExistingBlock),
                new ListenerCheck(place, new IPEndPoint(settings.Redirect.NodeIp ?? IPAddress.Any, settings.Redirect.Port), services.IsListening),
                new PathCheck(place, new PodProbe(new IPEndPoint(IPAddress.Parse(KnownAddresses.Imds), KnownAddresses.ImdsPort), patience)),
            ]),
            new CheckGroup("The node",
            [
                new GuestProxyAgentCheck(
                    place,
                    files,
                    cancellation => GuestProxyAgent.InterceptsAsync(setsTrap: !place.OnNode, patience, cancellation),
                    static () => ListenerTable.IsListening(GuestProxyAgent.Address.Address, GuestProxyAgent.Address.Port)),
                new HostRoutingCheck(place, settings.Redirect.EbpfHostRouting, services.Labels, CiliumTraces.Of(files), new TakenConnections(rules, services.Run).CountAsync),
                new HostPodsCheck(place, settings.HostPods, files),
                new RpFilterCheck(rules, settings.Redirect.RpFilter),
                new SecurityTableCheck(rules, services.Run),
                new NfTablesCheck(place, TryNfTables),
                new SourceRoutingCheck(place, files),
                new ConntrackCheck(place, files),
            ]),
            new CheckGroup("IMDS", [new SystemdImdsCheck(place, files), new ImdsCheck(place, imds), new ClockCheck(place, imds)]),
            new CheckGroup("The proxy and the cluster",
            [
                new ProxyCheck(place, settings.Management),
                new VersionCheck(place, BuildInfo.Current.Version, settings.ChartVersion),
                new ApiServerCheck(rights),
                new RightsCheck(rights, NeededRights.Of(settings.Events, settings.StartupTaint, settings.ConfigMaps)),
            ]),
            new CheckGroup("The audit log",
            [
                new AuditDirectoryCheck(settings.AuditDirectory),
                new AuditSpaceCheck(settings.AuditDirectory, settings.AuditMaxBytes, AuditSpaceCheck.FreeBytes),
            ]),
        ];
    }

    private static NfTablesTrial TryNfTables()
    {
        using var socket = new NetlinkSocket();
        return NfTablesTrial.Run(socket);
    }
}
