using ImdsProxy.Kubernetes.Objects;

namespace ImdsProxy.Kubernetes;

/// <summary>The resources this product reads, each narrowed as far as RBAC and the API server's indexes go.</summary>
internal static class KubeResources
{
    /// <summary>The pods of one node.</summary>
    public static KubeResource<PodObject> PodsOfNode(string node) => Pods($"spec.nodeName={node}");

    /// <summary>The pods of one node that have one address as their first.</summary>
    public static KubeResource<PodObject> PodsByAddress(string node, string address) =>
        Pods($"spec.nodeName={node},status.podIP={address}");

    /// <summary>All pods of a namespace.</summary>
    public static KubeResource<PodObject> PodsOfNamespace(string ns) => new(
        "pods", $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/pods", null, KubeJson.Default.PodObject, KubeJson.Default.KubeListPodObject);

    /// <summary>One ConfigMap. A selector on its name lets a Role with <c>resourceNames</c> suffice for list and watch.</summary>
    public static KubeResource<ConfigMapObject> ConfigMap(string ns, string name) => new(
        "configmaps",
        $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/configmaps",
        $"metadata.name={name}",
        KubeJson.Default.ConfigMapObject,
        KubeJson.Default.KubeListConfigMapObject);

    private static KubeResource<PodObject> Pods(string selector) =>
        new("pods", "/api/v1/pods", selector, KubeJson.Default.PodObject, KubeJson.Default.KubeListPodObject);
}
