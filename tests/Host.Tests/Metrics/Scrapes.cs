using System.Text;
using ImdsProxy.Metrics;
using Shouldly;

namespace ImdsProxy.Host.Tests.Metrics;

/// <summary>Scrapes a registry as Prometheus would.</summary>
internal static class Scrapes
{
    /// <summary>The whole text. Throws if an observation failed.</summary>
    public static async Task<string> TextAsync(this MetricsRegistry registry)
    {
        using var output = new MemoryStream();
        (await registry.WriteAsync(output, CancellationToken.None)).ShouldBeNull();
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>The series, without comments.</summary>
    public static async Task<string[]> LinesAsync(this MetricsRegistry registry) =>
        [.. (await registry.TextAsync()).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
}
