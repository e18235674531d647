using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>The resources that the proxy reads, each narrowed as far as RBAC and the API server's indexes allow.</summary>
internal static class KubeResources
{
    /// <summary>The pods of one node.</summary>
    public static KubeResource<PodObject> PodsOfNode(string node) => Pods($"spec.nodeName={node}");

    /// <summary>The pods of one node whose primary address is the given one.</summary>
    public static KubeResource<PodObject> PodsByAddress(string node, string address) =>
        Pods($"spec.nodeName={node},status.podIP={address}");

    /// <summary>All pods of a namespace.</summary>
    public static KubeResource<PodObject> PodsOfNamespace(string ns) => new(
        "pods", $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/pods", null, KubeJson.Default.PodObject, KubeJson.Default.KubeListPodObject);

    /// <summary>One ConfigMap. With a field selector on the name, a Role with <c>resourceNames</c> is enough for list and watch.</summary>
    public static KubeResource<ConfigMapObject> ConfigMap(string ns, string name) => new(
        "configmaps",
        $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/configmaps",
        $"metadata.name={name}",
        KubeJson.Default.ConfigMapObject,
        KubeJson.Default.KubeListConfigMapObject);

    private static KubeResource<PodObject> Pods(string selector) =>
        new("pods", "/api/v1/pods", selector, KubeJson.Default.PodObject, KubeJson.Default.KubeListPodObject);
}
