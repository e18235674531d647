namespace ImdsProxy.Commands.Uninstall;

/// <summary>What is to be uninstalled.</summary>
/// <param name="Namespace">The release's namespace.</param>
/// <param name="DaemonSet">The DaemonSet whose pods keep the rules.</param>
/// <param name="Override">The ConfigMap that is mounted as their <c>--override-dir</c>.</param>
/// <param name="Port">The proxy's port on each node, which only its rules close.</param>
/// <param name="Timeout">How long all nodes together may take.</param>
internal sealed record UninstallOptions(string Namespace, string DaemonSet, string Override, int Port, TimeSpan Timeout)
{
    /// <summary>How often the nodes are looked at.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After which time all are looked at once more: a redirect that has just started waits up to 10 s for its proxy before
    /// it puts rules in place, and one that repairs them takes 2 s.
    /// </summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(12);
}
