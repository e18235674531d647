using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Finds the interfaces on which the kernel accepts source-routed packets (IP options LSRR and SSRR).</summary>
internal static class SourceRouting
{
    /// <summary>The directory of the interface settings.</summary>
    public const string Settings = "/proc/sys/net/ipv4/conf";

    /// <summary>
    /// The interfaces that accept source-routed packets. <c>default</c> stands for interfaces that are created later. The setting
    /// of an interface has an effect only if <c>all</c> is set too.
    /// </summary>
    public static ImmutableArray<string> Interfaces(string settings = Settings) => !Accepts(settings, "all")
        ? []
        : [.. Directory.EnumerateDirectories(settings).Select(Path.GetFileName).OfType<string>().Where(name => name != "all" && Accepts(settings, name)).Order(StringComparer.Ordinal)];

    private static bool Accepts(string settings, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(settings, name, "accept_source_route")).Trim() != "0";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The interface is gone, or the system lacks the setting.
            return false;
        }
    }
}
