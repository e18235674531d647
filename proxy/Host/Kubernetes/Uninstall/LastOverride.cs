using System.Globalization;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.Runtime;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>The last override of a release. It makes the redirects of the release remove their rules for good.</summary>
internal static class LastOverride
{
    // Ample for garbage collection on the largest cluster. If the uninstall fails, nodes are guarded again after this time.
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>
    /// The ConfigMap that holds the override. The DaemonSet owns the ConfigMap, so both are deleted together, and the next
    /// install is not affected.
    /// </summary>
    public static AppliedConfigMap Of(UninstallOptions options, string daemonSetUid, DateTimeOffset until) => new(
        new AppliedMeta(options.Override, options.Namespace, [new AppliedOwner("apps/v1", "DaemonSet", options.DaemonSet, daemonSetUid)]),
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["interception"] = "off",
            [OverrideFiles.Uninstalling] = OverrideFiles.Yes,
            ["reason"] = "the release is being uninstalled",
            ["until"] = Text(until),
        });

    public static string Text(DateTimeOffset until) => until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
