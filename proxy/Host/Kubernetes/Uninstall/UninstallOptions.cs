namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>What is to be uninstalled.</summary>
/// <param name="Namespace">The release's namespace.</param>
/// <param name="DaemonSet">The DaemonSet whose pods keep the rules.</param>
/// <param name="Override">The ConfigMap that is mounted as their <c>--override-dir</c>.</param>
/// <param name="Port">The proxy's port on each node, which only its rules close.</param>
/// <param name="Timeout">How long all nodes together may take.</param>
internal sealed record UninstallOptions(string Namespace, string DaemonSet, string Override, int Port, TimeSpan Timeout)
{
    /// <summary>How often the nodes are looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after the override was written all are looked at once more. A redirect that had started by then, and did not
    /// have the override in its mount yet, waits up to 10 s for its proxy before it puts rules in place.
    /// </summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How long a redirect that has not heard of the override takes at most to repair rules that another program removed.</summary>
    public TimeSpan Repair { get; init; } = TimeSpan.FromSeconds(3);
}
