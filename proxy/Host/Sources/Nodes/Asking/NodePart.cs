using ImdsProxy.Sources.Nodes.Kubectl;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>One log of one node.</summary>
/// <param name="Proxy">The node's proxy.</param>
/// <param name="Container">The container that has the log.</param>
internal sealed record NodePart(ProxyPod Proxy, string Container)
{
    public const string ProxyContainer = "proxy";
    public const string RedirectContainer = "redirect";

    /// <summary>The name in messages.</summary>
    public string Name => $"node {Proxy.Node}{(Container == RedirectContainer ? ", redirect" : "")}";
}
