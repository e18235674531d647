using System.Text.Json.Nodes;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of a node's specification that the proxy reads.</summary>
internal sealed class NodeSpec
{
    /// <summary>The taints as the API server sent them, so that a patch preserves unknown members.</summary>
    public JsonArray? Taints { get; init; }
}
