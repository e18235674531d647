namespace ImdsProxy.Kubernetes;

/// <summary>
/// All that is ever asked of the API server, in RBAC's words. The chart's roles grant these and nothing else, and what is
/// not here can't be asked.
/// </summary>
internal static class KubeAccess
{
    public static IReadOnlyList<(string Resource, string Verb)> All { get; } =
        [
            ("configmaps", "list"), ("configmaps", "watch"), ("events", "create"), ("nodes", "get"), ("nodes", "patch"), ("pods", "list"),
            ("pods", "watch"),
        ];

    /// <summary>What <c>uninstall</c> asks. Its role is made for that hook and goes with it.</summary>
    public static IReadOnlyList<(string Resource, string Verb)> OfUninstall { get; } =
        [("configmaps", "create"), ("configmaps", "patch"), ("pods", "list"), ("pods", "patch")];

    public static KubeVerb Use(string verb, string resource, string scope) =>
        All.Contains((resource, verb)) || OfUninstall.Contains((resource, verb))
            ? new KubeVerb(verb, resource, scope)
            : throw new InvalidOperationException($"{verb} {resource} is not among what the roles grant: add it to {nameof(KubeAccess)} and to the chart");
}
