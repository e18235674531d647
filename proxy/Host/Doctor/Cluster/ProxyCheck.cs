using System.Net;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Management;

namespace ImdsProxy.Doctor.Cluster;

/// <summary>Whether the proxy says that it is ready.</summary>
internal sealed class ProxyCheck(Place place, EndPoint management) : ICheck
{
    public string Name => "proxy";

    public async Task<Finding> RunAsync(CancellationToken cancellation)
    {
        if (!place.OnNode || place.Container == "redirect" || (management is not IPEndPoint && !File.Exists(management.ToString())))
        {
            return Finding.NotApplicable("The proxy's management socket is not here; run doctor in the container proxy.");
        }

        var reasons = await HealthProbe.AskAsync(management, live: false, cancellation);
        return reasons.Count == 0
            ? Finding.Good("The proxy is ready: it has a policy and knows the node's pods.")
            : Finding.Broken("The proxy is not ready, so it answers requests with 503.", "Each line names a cause; docs/troubleshooting.md#a-node has the cures.").Listing(reasons);
    }
}
