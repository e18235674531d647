namespace ImdsProxy.HostPods;

/// <summary>The client's own socket of a connection.</summary>
/// <param name="Cgroup">The id of the cgroup v2 in which the socket was made. It never changes, whoever uses the socket later.</param>
/// <param name="Age">The milliseconds since the socket was connected, as long as it has received no data.</param>
internal readonly record struct ClientSocket(ulong Cgroup, uint Age);
