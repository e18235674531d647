using System.Net;

namespace ImdsProxy.Redirect.Rules;

/// <summary>The parameters of the rules.</summary>
/// <param name="NodeIp">The node's own IPv4 address, where the proxy listens.</param>
/// <param name="Port">The proxy's port for redirected connections.</param>
/// <param name="ManagementPort">The proxy's management port, which only the node's loopback may reach.</param>
/// <param name="RpFilter">Whether packets are dropped if their source address does not belong to their incoming interface.</param>
/// <param name="WireServer">Whether WireServer's HTTP ports are closed to pods too.</param>
/// <param name="State">Which of the rules are wanted.</param>
/// <param name="HostPods">Whether the node may ask the proxy whether it is ready for host pods.</param>
/// <param name="Generation">The generation in the rules' comments.</param>
internal sealed record RuleSetOptions(
    IPAddress NodeIp,
    int Port,
    int ManagementPort,
    bool RpFilter = true,
    bool WireServer = true,
    RedirectState State = RedirectState.Closed,
    bool HostPods = false,
    int Generation = RuleSet.CurrentGeneration);
