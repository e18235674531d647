namespace ImdsProxy.LoadTests.Topology;

/// <summary>The machine's requirements for load tests on a topology.</summary>
internal static class Requirements
{
    private static readonly string[] Needed = ["ip", "iptables-restore", "sysctl", "setsid", "wrk", "nginx", "haproxy"];

    /// <summary>Returns what is missing and how to install it, or null if nothing is missing.</summary>
    public static string? Missing()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "needs root on Linux, to make network namespaces and iptables rules";
        }

        var missing = Needed.Where(program => !Programs.IsThere(program)).ToList();
        return missing.Count == 0 ? null : $"needs {string.Join(", ", missing)}: tests/install-tools.sh installs them";
    }
}
