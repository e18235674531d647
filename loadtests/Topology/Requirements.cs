namespace ImdsProxy.LoadTests.Topology;

/// <summary>What the load tests on a topology need of the machine.</summary>
internal static class Requirements
{
    private static readonly string[] Needed = ["ip", "iptables-restore", "sysctl", "setsid", "wrk", "nginx", "haproxy"];

    /// <summary>What is missing, with the cure; null where all is there.</summary>
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
