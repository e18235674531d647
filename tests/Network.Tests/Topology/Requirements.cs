using Xunit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>The requirements of these tests on the machine.</summary>
internal static class Requirements
{
    private static readonly string[] Programs =
        ["ip", "sysctl", "iptables-nft", "iptables-legacy", "iptables-nft-restore", "iptables-legacy-restore", "conntrack", "curl"];

    /// <summary>Skips the test with a reason if the machine can't run it.</summary>
    public static void Check(params string[] more)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "network namespaces are a feature of Linux");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to make network namespaces and iptables rules");
        foreach (var program in Programs.Concat(more))
        {
            Assert.SkipUnless(IsThere(program), $"needs the program {program}");
        }
    }

    private static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => d.Length > 0 && File.Exists(Path.Combine(d, program)));
}
