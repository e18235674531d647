using System.Text;
using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Metrics;
using ImdsProxy.Redirect;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>Alerts and dashboards may use only metrics that <c>/metrics</c> exposes.</summary>
public sealed partial class MetricTests
{
    [Fact]
    public async Task Metrics_OfTheAlerts_Exist() => (await UnknownAsync(Repository.Read("charts/imds-proxy/templates/prometheusrule.yaml"))).ShouldBeEmpty();

    [Fact]
    public async Task Metrics_OfTheDashboard_Exist() => (await UnknownAsync(Repository.Read("charts/imds-proxy/dashboards/imds-proxy.json"))).ShouldBeEmpty();

    [Fact]
    public async Task Metrics_ThatDoNotExist_AreFound() => (await UnknownAsync("rate(imds_proxy_requests_totals[5m])")).ShouldBe(["imds_proxy_requests_totals"]);

    private static async Task<IEnumerable<string>> UnknownAsync(string text)
    {
        var known = await NamesAsync();
        var named = Metric().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal).ToList();
        named.ShouldNotBeEmpty();
        return named.Where(name => !known.Contains(name));
    }

    // Every metric has a comment with its name and type, even before its first measurement.
    private static async Task<HashSet<string>> NamesAsync()
    {
        var registry = new MetricsRegistry();
        _ = new RedirectMetrics(registry.Factory);
        _ = new HostPodsMetrics(registry.Factory);
        var proxy = new ProxyMetrics(registry, TimeProvider.System);
        proxy.ObserveCallers(() => 0, () => 0);
        proxy.ObserveStaleness(() => []);
        proxy.ObserveReadiness(() => true);
        proxy.ObserveAudit(() => false, () => 0, () => 0, () => 0);
        proxy.ObserveOverride(() => false);
        proxy.ObserveStartupTaint(() => false);
        using var text = new MemoryStream();
        await registry.WriteAsync(text, CancellationToken.None);
        return [.. Encoding.UTF8.GetString(text.ToArray())
            .Split('\n')
            .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ') is [_, _, var name, "histogram"] ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : new[] { line.Split(' ')[2] })];
    }

    [GeneratedRegex(@"\bimds_proxy_[a-z_]+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metric();
}
