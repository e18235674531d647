using System.Globalization;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>The proxy's memory limit in the chart.</summary>
internal static class ChartLimit
{
    /// <summary>The value of <c>proxy.resources.limits.memory</c> in the chart's values.</summary>
    public static long Bytes { get; } = Read();

    private static long Read()
    {
        var memory = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "values.yaml"))
            .SkipWhile(static line => line != "proxy:")
            .SkipWhile(static line => line.Trim() != "limits:")
            .ElementAt(1)
            .Trim();
        return long.Parse(memory["memory: ".Length..^"Mi".Length], CultureInfo.InvariantCulture) << 20;
    }
}
