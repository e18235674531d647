namespace ImdsProxy.Kubernetes.Uninstall;

/// <summary>The release to uninstall.</summary>
/// <param name="Namespace">The release's namespace.</param>
/// <param name="DaemonSet">The DaemonSet whose pods keep the rules.</param>
/// <param name="Override">The ConfigMap that these pods mount as their <c>--override-dir</c>.</param>
/// <param name="Port">The proxy's port on each node. Only the redirect's rules close it.</param>
/// <param name="Timeout">The time limit for all nodes together.</param>
internal sealed record UninstallOptions(string Namespace, string DaemonSet, string Override, int Port, TimeSpan Timeout)
{
    /// <summary>How often the nodes are checked.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The time from writing the override until all nodes are checked again. A redirect that started before the override reached
    /// its mount waits up to 10 s for its proxy before it puts rules in place.
    /// </summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>The longest time that a redirect without the override takes to repair rules that another program removed.</summary>
    public TimeSpan Repair { get; init; } = TimeSpan.FromSeconds(3);
}
