using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect.Node;

namespace ImdsProxy.Doctor.Node;

/// <summary>Whether eBPF host routing makes pods' packets bypass iptables.</summary>
/// <param name="place">Where the doctor runs.</param>
/// <param name="setting">What <c>--ebpf-host-routing</c> says: <c>auto</c>, <c>yes</c> or <c>no</c>.</param>
/// <param name="labels">The node's labels, or null if they are unknown.</param>
/// <param name="traces">The traces of Cilium on the node.</param>
/// <param name="passed">The number of pods' connections that the redirect has taken, or null if unknown.</param>
internal sealed class HostRoutingCheck(Place place, string setting, ReadNodeLabels labels, CiliumTraces traces, Func<CancellationToken, Task<long?>> passed) : ICheck
{
    private const string Cure = "Use the chart's interception=cilium on this node, or switch Cilium to host legacy routing (docs/install-aks.md, \"Which network\").";

    public string Name => "host-routing";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        if (!place.OnNode)
        {
            return Finding.NotApplicable("An ordinary pod can't see how the node routes packets.");
        }

        if (setting == "yes")
        {
            return Finding.Broken("--ebpf-host-routing yes says that pods' packets bypass iptables.", Cure);
        }

        var known = await labels(cancellation);
        if (setting == "auto" && known?.GetValueOrDefault(HostRouting.Label) == "true")
        {
            return Finding.Broken($"The node's label {HostRouting.Label}=true says that pods' packets bypass iptables.", Cure);
        }

        return traces switch
        {
            { HasHostRouting: true } => Finding.Broken("Cilium on this node is set up for eBPF host routing, so pods' packets bypass iptables.", Cure),
            { IsThere: false } => Finding.Good("Nothing on this node makes pods' packets bypass iptables (no Cilium was found)."),
            _ when await passed(cancellation) is > 0 and var count => Finding.Good($"Cilium is on this node, and the redirect has taken {count} connections, so pods' packets pass iptables."),
            _ => Finding.Warning(
                "Cilium is on this node, and the redirect has taken no connection yet, so it is not known whether pods' packets pass iptables.",
                "Send a request from a pod and run doctor again, or ask Cilium: kubectl -n kube-system exec ds/cilium -- cilium-dbg status | grep 'Host Routing' must say Legacy."),
        };
    }
}
