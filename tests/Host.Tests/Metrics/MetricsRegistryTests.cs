using System.Text;
using ImdsProxy.Metrics;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Metrics;

public sealed class MetricsRegistryTests
{
    private readonly MetricsRegistry _registry = new();

    [Fact]
    public async Task Counter_MeasuredByLabels_IsWrittenWithHelpAndType()
    {
        var counter = _registry.Counter("imds_proxy_requests_total", "What came.", "mode", "verdict");
        counter.WithLabels("audit", "denied").Inc(5);

        (await _registry.TextAsync()).ShouldBe("""
            # HELP imds_proxy_requests_total What came.
            # TYPE imds_proxy_requests_total counter
            imds_proxy_requests_total{mode="audit",verdict="denied"} 5

            """);
    }

    [Fact]
    public async Task Duration_Measured_FillsCumulativeBuckets()
    {
        var histogram = _registry.Duration("imds_proxy_request_duration_seconds", "How long.", "endpoint");
        double[] values = [50e-6, 0.25, 0.5, 200];
        Array.ForEach(values, value => histogram.WithLabels("token").Observe(value));

        string[] expected =
        [
            "imds_proxy_request_duration_seconds_bucket{endpoint=\"token\",le=\"5e-05\"} 1",
            "imds_proxy_request_duration_seconds_bucket{endpoint=\"token\",le=\"0.25\"} 2",
            "imds_proxy_request_duration_seconds_bucket{endpoint=\"token\",le=\"0.5\"} 3",
            "imds_proxy_request_duration_seconds_bucket{endpoint=\"token\",le=\"120\"} 3",
            "imds_proxy_request_duration_seconds_bucket{endpoint=\"token\",le=\"+Inf\"} 4",
            "imds_proxy_request_duration_seconds_sum{endpoint=\"token\"} 200.75005",
            "imds_proxy_request_duration_seconds_count{endpoint=\"token\"} 4",
        ];
        expected.Except(await _registry.LinesAsync(), StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public async Task Observations_OfAllKinds_HaveTheValueAtTheScrape()
    {
        var seen = 7;
        _registry.Observe("imds_proxy_seen", "Seen.", () => seen);
        _registry.ObserveTotal("imds_proxy_read_total", "Read.", () => seen + 1);
        (await _registry.LinesAsync()).ShouldBe(["imds_proxy_seen 7", "imds_proxy_read_total 8"], ignoreOrder: true);

        seen = 9;

        (await _registry.LinesAsync()).ShouldBe(["imds_proxy_seen 9", "imds_proxy_read_total 10"], ignoreOrder: true);
    }

    [Fact]
    public async Task LabelValue_WithQuotesAndLineFeeds_IsEscaped()
    {
        _registry.Counter("imds_proxy_odd_total", "Odd.", "a").WithLabels("x\\y\"z\nimds_proxy_forged 1").Inc();

        (await _registry.LinesAsync()).ShouldBe(["imds_proxy_odd_total{a=\"x\\\\y\\\"z\\nimds_proxy_forged 1\"} 1"]);
    }

    [Fact]
    public async Task ObservedSeries_NoLongerReported_Disappears()
    {
        var source = "pods";
        _registry.ObserveEach("imds_proxy_staleness_seconds", "Since when.", "source", () => [(source, 1)]);
        (await _registry.LinesAsync()).ShouldBe(["imds_proxy_staleness_seconds{source=\"pods\"} 1"]);

        source = "policy";

        (await _registry.LinesAsync()).ShouldBe(["imds_proxy_staleness_seconds{source=\"policy\"} 1"]);
    }

    [Fact]
    public async Task Write_WithOneBrokenObservation_WritesTheOthersAndReportsIt()
    {
        var broken = false;
        _registry.Observe("imds_proxy_broken", "Breaks.", () => broken ? throw new InvalidOperationException("no") : 1);
        _registry.Observe("imds_proxy_seen", "Seen.", () => 7);
        (await _registry.LinesAsync()).ShouldContain("imds_proxy_broken 1", StringComparer.Ordinal);
        broken = true;
        using var output = new MemoryStream();

        (await _registry.WriteAsync(output, CancellationToken.None)).ShouldNotBeNull();

        var text = Encoding.UTF8.GetString(output.ToArray());
        text.ShouldContain("imds_proxy_seen 7\n");
        text.ShouldNotContain("imds_proxy_broken 1");
    }

    [Fact]
    public async Task Registries_OfTwoProxies_ShareNothing()
    {
        var other = new MetricsRegistry();
        other.Counter("imds_proxy_elsewhere_total", "Elsewhere.").Inc();

        (await _registry.TextAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Measurements_FromManyThreadsDuringScrapes_AreAllCounted()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var counter = _registry.Counter("imds_proxy_busy_total", "Busy.", "n");
        var histogram = _registry.Duration("imds_proxy_busy_duration_seconds", "Busy.");
        var work = Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.WithLabels(i % 2 == 0 ? "even" : "odd").Inc(0.5);
                histogram.Observe(0.25);
            }
        })).ToArray();
        while (!Array.TrueForAll(work, task => task.IsCompleted))
        {
            await _registry.TextAsync();
        }

        await Task.WhenAll(work);
        var lines = await _registry.LinesAsync();

        lines.ShouldContain($"imds_proxy_busy_total{{n=\"even\"}} {Threads * Each / 4}", StringComparer.Ordinal);
        lines.ShouldContain($"imds_proxy_busy_duration_seconds_count {Threads * Each}", StringComparer.Ordinal);
        lines.ShouldContain($"imds_proxy_busy_duration_seconds_sum {Threads * Each / 4}", StringComparer.Ordinal);
    }
}
