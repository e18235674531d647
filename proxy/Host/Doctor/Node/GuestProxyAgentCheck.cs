using System.Collections.Immutable;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect.Kernel;

namespace ImdsProxy.Doctor.Node;

/// <summary>Whether Azure's Guest Proxy Agent (Metadata Security Protocol) takes connections to IMDS.</summary>
/// <param name="place">Where the doctor runs.</param>
/// <param name="files">The node's files.</param>
/// <param name="intercepts">Connects to IMDS, and returns whether the connection ended at the agent; null if it was not established.</param>
/// <param name="listens">Whether anything listens at the agent's address.</param>
internal sealed class GuestProxyAgentCheck(Place place, HostFiles files, Func<CancellationToken, Task<bool?>> intercepts, Func<bool> listens) : ICheck
{
    // Where the agent's packages for Debian and RPM put it (proxy_agent_setup/src/linux).
    private static readonly string[] Paths =
        ["/usr/sbin/azure-proxy-agent", "/etc/azure/proxy-agent.json", "/usr/lib/systemd/system/azure-proxy-agent.service", "/lib/systemd/system/azure-proxy-agent.service"];

    private const string Cure = "Remove the agent from the pool (Metadata Security Protocol: mode Disabled), or do without ImdsProxy on it; docs/redirect.md#guest-proxy-agent says what works beside it.";

    public string Name => "guest-proxy-agent";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        var taken = await intercepts(cancellation);
        ImmutableArray<string> traces =
        [
            .. place.OnNode && listens() ? [$"a program listens at {GuestProxyAgent.Address}, the agent's address"] : Array.Empty<string>(),
            .. Paths.Where(files.HasFile).Select(static path => $"the node has {path}"),
        ];
        return (taken, traces) switch
        {
            (true, _) => Finding.Broken(
                $"Azure's Guest Proxy Agent takes connections to IMDS before they reach the redirect: this connection ended at {GuestProxyAgent.Address}. Pods are not guarded by the policy, and nothing of them is recorded.",
                Cure).Listing(traces),
            (false, []) => Finding.Good("A connection to IMDS is not taken by Azure's Guest Proxy Agent."),
            (false, _) => Finding.Warning("Azure's Guest Proxy Agent is on this node, but does not take connections to IMDS now.", "Keep its mode Disabled; docs/redirect.md#guest-proxy-agent.").Listing(traces),
            (_, []) => Finding.NotApplicable("No connection to IMDS could be established, so it is not known whether the agent takes them; see the other checks."),
            _ => Finding.Warning("Azure's Guest Proxy Agent is on this node, and no connection to IMDS could be established to see whether the agent takes it.", Cure).Listing(traces),
        };
    }
}
