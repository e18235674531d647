namespace ImdsProxy.TestKit.ClusterLog;

/// <summary>How large a generated log is.</summary>
/// <param name="Nodes">The number of nodes, at least 4: three of them have gaps.</param>
/// <param name="Days">The number of days, at least 28, so that every habit is old enough.</param>
/// <param name="Namespaces">The number of namespaces, at least 24.</param>
/// <param name="Poll">How often the handlers of scheduled events ask. They send most of the requests.</param>
public sealed record ClusterLogSize(int Nodes, int Days, int Namespaces, TimeSpan Poll)
{
    /// <summary>A cluster that has about ten million requests in a month.</summary>
    public static ClusterLogSize Large { get; } = new(200, 30, 60, TimeSpan.FromSeconds(60));

    /// <summary>A cluster for a test.</summary>
    public static ClusterLogSize Small { get; } = new(6, 30, 24, TimeSpan.FromHours(4));
}
