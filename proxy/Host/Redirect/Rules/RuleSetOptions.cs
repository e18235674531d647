using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>What the rules are made from.</summary>
/// <param name="NodeIp">The node's own IPv4 address, where the proxy listens.</param>
/// <param name="Port">The proxy's port for redirected connections.</param>
/// <param name="ManagementPort">The proxy's port that only the node's loopback may reach.</param>
/// <param name="RpFilter">Whether a source address must belong to the interface it came in by.</param>
/// <param name="WireServer">Whether WireServer's HTTP ports are closed too.</param>
/// <param name="State">How much of the rules is wanted now.</param>
/// <param name="Generation">The generation written into the rules' comments.</param>
internal sealed record RuleSetOptions(
    IPAddress NodeIp,
    int Port,
    int ManagementPort,
    bool RpFilter = true,
    bool WireServer = true,
    RedirectState State = RedirectState.Closed,
    int Generation = RuleSet.CurrentGeneration);
