using System.Globalization;
using ImdsProxy.Kubernetes.Objects;
using ImdsProxy.Runtime;

namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>The override by which the redirects of a release take their rules away for good.</summary>
internal static class LastOverride
{
    // Ample for garbage collection on the largest cluster; where the uninstall fails, nodes are closed again after it.
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>The ConfigMap, owned by the DaemonSet, so that it goes with it and does not meet the next install.</summary>
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
