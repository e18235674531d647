namespace ImdsProxy.Sources.Nodes.Kubectl;

/// <summary>The proxy of a node.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Pod">The pod's name, or null if the node has none.</param>
/// <param name="Phase">The pod's phase, such as <c>Running</c>.</param>
internal sealed record ProxyPod(string Node, string? Pod, string Phase)
{
    public bool IsRunning => Phase == "Running";
}
