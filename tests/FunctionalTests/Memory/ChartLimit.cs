using System.Globalization;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>The memory that the chart gives the proxy.</summary>
internal static class ChartLimit
{
    /// <summary>As <c>proxy.resources.limits.memory</c> of the chart's values has it.</summary>
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
