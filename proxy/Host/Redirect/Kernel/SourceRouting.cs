using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Tells where the kernel takes packets that name their own route (IP options LSRR and SSRR).</summary>
internal static class SourceRouting
{
    /// <summary>Where the kernel keeps the settings of its interfaces.</summary>
    public const string Settings = "/proc/sys/net/ipv4/conf";

    /// <summary>
    /// The interfaces that take them; <c>default</c> stands for those that are still to come. The setting of an interface counts
    /// only together with that of <c>all</c>.
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
            // An interface that went away, or a system without the setting.
            return false;
        }
    }
}
