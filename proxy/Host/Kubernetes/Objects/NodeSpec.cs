using System.Text.Json.Nodes;

namespace ImdsProxy.Kubernetes.Objects;

/// <summary>The fields of a node's specification that are read.</summary>
internal sealed class NodeSpec
{
    /// <summary>As the API server sent them, so that a change gives back what it does not know.</summary>
    public JsonArray? Taints { get; init; }
}
