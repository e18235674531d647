using System.Globalization;

namespace ImdsProxy.Redirect.Node;

/// <summary>The time at which the node started.</summary>
internal static class NodeBoot
{
    /// <summary>The time that the kernel reports, or null.</summary>
    public static DateTimeOffset? Time() => File.Exists("/proc/stat") ? Parse(File.ReadAllText("/proc/stat")) : null;

    /// <summary>Finds <c>btime</c>, seconds since 1970, in the text of <c>/proc/stat</c>.</summary>
    public static DateTimeOffset? Parse(string stat)
    {
        var line = stat.Split('\n').FirstOrDefault(l => l.StartsWith("btime ", StringComparison.Ordinal));
        return line is not null && long.TryParse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}
