using ImdsProxy.Core.Callers;

namespace ImdsProxy.HostPods;

/// <summary>Determines whether pods in the node's network can be told apart here.</summary>
/// <param name="root">Where the host's cgroup v2 hierarchy is mounted.</param>
/// <param name="lookup">Finds sockets.</param>
internal sealed class HostPodsReadiness(string root, SocketLookup lookup)
{
    private const string CgroupV2 = "cgroup2";

    // A boxed number, because reads and writes of a reference are atomic.
    private volatile object? _own;

    /// <summary>The cgroup of the proxy itself; null until it is known.</summary>
    public ulong? Own => (ulong?)_own;

    /// <summary>Why they can't be told apart, or null if they can.</summary>
    public string? Problem()
    {
        try
        {
            var own = OwnSocket.Cgroup(lookup);
            _own ??= own;
            return own > 1 ? MountProblem() : "sockets carry no cgroup v2: containers on this node use cgroup v1";
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return e.Message;
        }
    }

    private string? MountProblem()
    {
        try
        {
            return !new DriveInfo(root).DriveFormat.StartsWith(CgroupV2, StringComparison.Ordinal)
                ? $"{root} is no cgroup v2 hierarchy"
                : CgroupPath.Kubepods.Any(name => Directory.Exists(Path.Combine(root, name))) ? null
                : $"{root} has no directory kubepods: mount the host's hierarchy there";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{root} can't be read: {e.Message}";
        }
    }
}
