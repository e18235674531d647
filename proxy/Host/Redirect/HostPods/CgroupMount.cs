namespace ImdsProxy.Redirect.HostPods;

/// <summary>Recognises the kinds of cgroup hierarchies.</summary>
internal static class CgroupMount
{
    // Each directory of a v2 hierarchy has this file, and none of a v1 hierarchy has it.
    private const string Controllers = "cgroup.controllers";

    /// <summary>Whether the directory is a cgroup v2 hierarchy.</summary>
    public static bool IsUnified(string directory) => File.Exists(Path.Combine(directory, Controllers));
}
