namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>A kind of object that the cluster supports.</summary>
internal sealed record ApiResource(string Group, string Version, string Kind, string Plural, bool IsNamespaced = true)
{
    /// <summary>The kinds that the chart and the documents' commands use.</summary>
    public static IReadOnlyList<ApiResource> All { get; } =
    [
        new("", "v1", "Namespace", "namespaces", IsNamespaced: false),
        new("", "v1", "Node", "nodes", IsNamespaced: false),
        new("", "v1", "Pod", "pods"),
        new("", "v1", "ConfigMap", "configmaps"),
        new("", "v1", "Secret", "secrets"),
        new("", "v1", "ServiceAccount", "serviceaccounts"),
        new("", "v1", "Service", "services"),
        new("", "v1", "Event", "events"),
        new("apps", "v1", "DaemonSet", "daemonsets"),
        new("batch", "v1", "Job", "jobs"),
        new("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", IsNamespaced: false),
        new("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", IsNamespaced: false),
        new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
        new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", IsNamespaced: false),
        new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", IsNamespaced: false),
        new("rbac.authorization.k8s.io", "v1", "Role", "roles"),
        new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
        new("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", IsNamespaced: false),
    ];

    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public static ApiResource Of(string kind) => All.Single(resource => resource.Kind == kind);
}
