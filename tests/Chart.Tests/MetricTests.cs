using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Operate;
using ImdsProxy.Redirect;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>Alerts and dashboards may only name what <c>/metrics</c> has.</summary>
public sealed partial class MetricTests
{
    private static readonly HashSet<string> Known = Names();

    [Fact]
    public void Metrics_OfTheAlerts_Exist() => Unknown(Repository.Read("charts/imds-proxy/templates/prometheusrule.yaml")).ShouldBeEmpty();

    [Fact]
    public void Metrics_OfTheDashboard_Exist() => Unknown(Repository.Read("charts/imds-proxy/dashboards/imds-proxy.json")).ShouldBeEmpty();

    [Fact]
    public void Metrics_ThatDoNotExist_AreFound() => Unknown("rate(imds_proxy_requests_totals[5m])").ShouldBe(["imds_proxy_requests_totals"]);

    private static IEnumerable<string> Unknown(string text)
    {
        var named = Metric().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal).ToList();
        named.ShouldNotBeEmpty();
        return named.Where(name => !Known.Contains(name));
    }

    private static HashSet<string> Names()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) => names.UnionWith(NamesOf(instrument));
        listener.Start();
        using var redirect = new RedirectMetrics();
        using var proxy = new ProxyMetrics(TimeProvider.System);
        proxy.ObserveCallers(() => 0, () => 0);
        proxy.ObserveStaleness(() => []);
        proxy.ObserveReadiness(new Readiness());
        proxy.ObserveAudit(() => false, () => 0, () => 0);
        proxy.ObserveOverride(() => false);
        proxy.ObserveStartupTaint(() => false);
        return names;
    }

    private static IEnumerable<string> NamesOf(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        if (kind.StartsWith("Histogram", StringComparison.Ordinal))
        {
            var name = MetricName.Of(instrument, "histogram");
            return [$"{name}_bucket", $"{name}_sum", $"{name}_count"];
        }

        return [MetricName.Of(instrument, kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter" : "gauge")];
    }

    [GeneratedRegex(@"\bimds_proxy_[a-z_]+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metric();
}
