using System.Net;
using ImdsProxy.Redirect.Applying;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.HostPods;

/// <summary>What the redirect's commands do about host pods.</summary>
internal static class HostPodsRedirect
{
    public static LeaseTable Table(RuleSetOptions options) => Table(options.NodeIp, options.Port);

    /// <summary>Creates the table, without a lease, unless it is in place. Without a lease it changes nothing on the node.</summary>
    /// <exception cref="RedirectRefusal">This kernel or container can't have the table.</exception>
    public static void Build(LeaseTable table)
    {
        try
        {
            if (table.Read() == LeaseState.Missing)
            {
                table.Build();
            }
        }
        catch (KernelRefusal refusal) when (refusal.IsPermission)
        {
            throw new RedirectRefusal($"--host-pods needs CAP_NET_ADMIN in the node's network namespace ({refusal.Message})");
        }
        catch (KernelRefusal refusal)
        {
            throw new RedirectRefusal(
                $"--host-pods needs nf_tables with NAT chains, connection tracking and sets with time-outs ({refusal.Message}): "
                + "load the modules nf_tables, nft_chain_nat and nft_ct on the node, use a newer kernel, or leave --host-pods off (hostPods.enabled=false)");
        }
    }

    /// <summary>Removes the table, whatever its target was.</summary>
    /// <returns>False if there was no table, or this kernel has no nf_tables.</returns>
    public static bool Remove()
    {
        try
        {
            return Table(IPAddress.Any, 0).Remove();
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not KernelRefusal { IsPermission: true })
        {
            // Without nf_tables there is no table to remove.
            return false;
        }
    }

    /// <summary>Describes whether host pods are intercepted.</summary>
    public static HostPodsReport Report(PreparedRedirect redirect, RedirectSettings settings)
    {
        try
        {
            var state = Table(redirect.Options).Read();
            return new HostPodsReport(state != LeaseState.Missing, [.. Notes(redirect, settings), Line(state, redirect.Options)]);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return new HostPodsReport(false, [$"host pods: the nft table ip {LeaseTable.Name} can't be read: {e.Message}"]);
        }
    }

    private static string Line(LeaseState state, RuleSetOptions options) => state switch
    {
        LeaseState.Held => $"host pods: intercepted: the node's own connections go to {options.NodeIp}:{options.Port}",
        LeaseState.Lapsed => "host pods: not intercepted now: there is no lease, because no redirect watch --host-pods runs or the proxy is not ready; the watch's log says why",
        _ => $"missing: nft table ip {LeaseTable.Name}: host pods are not intercepted",
    };

    private static IEnumerable<string> Notes(PreparedRedirect redirect, RedirectSettings settings)
    {
        if (!CgroupMount.IsUnified(settings.CgroupRoot))
        {
            yield return $"note: host pods stay unseen: {settings.CgroupRoot} is not a cgroup v2 hierarchy, so a connection can't be traced to its pod; nodes with cgroup v1 are not supported, and a v2 hierarchy elsewhere is named by --cgroup-root";
        }

        using var netlink = new NetlinkSocket();
        foreach (var rule in OutputRules.Ahead(redirect.Backend, redirect.Found).Concat(PastRules.Native(new NfTables(netlink))))
        {
            yield return $"note: this rule may take the connections of host pods past the proxy: {rule}";
        }
    }

    private static LeaseTable Table(IPAddress nodeIp, int port) => new(static () => new NetlinkSocket(), nodeIp, port);
}
