namespace ImdsProxy.HostPods;

/// <summary>The options of telling callers in the node's network apart.</summary>
/// <param name="CgroupRoot">Where the host's cgroup v2 hierarchy is mounted.</param>
internal sealed record HostPodsOptions(string CgroupRoot);
