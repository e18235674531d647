namespace ImdsProxy.Kubernetes;

/// <summary>
/// Every permission that the proxy uses, in RBAC's terms. The chart's roles grant exactly these, and a request for
/// anything else is not sent.
/// </summary>
internal static class KubeAccess
{
    public static IReadOnlyList<(string Resource, string Verb)> All { get; } =
        [
            ("configmaps", "list"), ("configmaps", "watch"), ("events", "create"), ("nodes", "get"), ("nodes", "patch"), ("pods", "list"),
            ("pods", "watch"),
        ];

    /// <summary>The permissions of <c>uninstall</c>. Their role is created for that hook and deleted with it.</summary>
    public static IReadOnlyList<(string Resource, string Verb)> OfUninstall { get; } =
        [("configmaps", "create"), ("configmaps", "patch"), ("pods", "list"), ("pods", "patch")];

    /// <summary>The permission that every account has, to list its own permissions. Only <c>doctor</c> uses it.</summary>
    public static IReadOnlyList<(string Resource, string Verb)> OfEveryAccount { get; } = [("selfsubjectrulesreviews", "create")];

    public static KubeVerb Use(string verb, string resource, string scope) =>
        All.Contains((resource, verb)) || OfUninstall.Contains((resource, verb)) || OfEveryAccount.Contains((resource, verb))
            ? new KubeVerb(verb, resource, scope)
            : throw new InvalidOperationException($"the roles do not grant {verb} {resource}: add it to {nameof(KubeAccess)} and to the chart");
}
