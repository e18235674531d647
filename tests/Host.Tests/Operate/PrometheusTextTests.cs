using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using ImdsProxy.Operate;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Operate;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly object _scope = new();
    private readonly PrometheusText _text;
    private readonly Meter _meter;

    public PrometheusTextTests()
    {
        _text = new PrometheusText(_scope);
        _meter = new Meter(new MeterOptions("ImdsProxy.Test") { Scope = _scope });
    }

    public static TheoryData<string, string?, string, string> Names => new()
    {
        { "imds_proxy.requests", "{request}", "counter", "imds_proxy_requests_total" },
        { "imds_proxy.audit.bytes", "By", "counter", "imds_proxy_audit_bytes_total" },
        { "imds_proxy.audit.size", "By", "gauge", "imds_proxy_audit_size_bytes" },
        { "imds_proxy.request.duration", "s", "histogram", "imds_proxy_request_duration_seconds" },
        { "redirect.repairs", null, "counter", "imds_proxy_redirect_repairs_total" },
        { "imds_proxy.lost_total", null, "counter", "imds_proxy_lost_total" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Name_OfInstrument_FollowsPrometheus(string instrument, string? unit, string type, string expected)
    {
        Instrument created = type == "histogram" ? _meter.CreateHistogram<double>(instrument, unit) : _meter.CreateCounter<long>(instrument, unit);

        MetricName.Of(created, type).ShouldBe(expected);
    }

    [Fact]
    public void Counter_MeasuredByLabels_IsWrittenSorted()
    {
        var counter = _meter.CreateCounter<long>("imds_proxy.requests", "{request}", "What came.");
        counter.Add(2, new("verdict", "denied"), new("mode", "audit"));
        counter.Add(1, new("verdict", "allowed"), new("mode", "enforce"));
        counter.Add(3, new("mode", "audit"), new("verdict", "denied"));

        Scrape().ShouldBe("""
            # HELP imds_proxy_requests_total What came.
            # TYPE imds_proxy_requests_total counter
            imds_proxy_requests_total{mode="audit",verdict="denied"} 5
            imds_proxy_requests_total{mode="enforce",verdict="allowed"} 1

            """);
    }

    [Fact]
    public void Histogram_WithAdvice_IsCumulatedByItsBoundaries()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [50e-6, 0.5] };
        var histogram = _meter.CreateHistogram("imds_proxy.request.duration", "s", "How long.", tags: null, advice);
        double[] values = [50e-6, 0.25, 0.5, 2];
        Array.ForEach(values, value => histogram.Record(value, new KeyValuePair<string, object?>("endpoint", "token")));

        Scrape().ShouldBe("""
            # HELP imds_proxy_request_duration_seconds How long.
            # TYPE imds_proxy_request_duration_seconds histogram
            imds_proxy_request_duration_seconds_bucket{endpoint="token",le="5e-05"} 1
            imds_proxy_request_duration_seconds_bucket{endpoint="token",le="0.5"} 3
            imds_proxy_request_duration_seconds_bucket{endpoint="token",le="+Inf"} 4
            imds_proxy_request_duration_seconds_sum{endpoint="token"} 2.75005
            imds_proxy_request_duration_seconds_count{endpoint="token"} 4

            """);
    }

    [Fact]
    public void Gauges_OfAllKinds_TellTheNewestValue()
    {
        var open = _meter.CreateUpDownCounter<int>("imds_proxy.open");
        var level = _meter.CreateGauge<double>("imds_proxy.level");
        _meter.CreateObservableGauge("imds_proxy.seen", () => 7);
        _meter.CreateObservableCounter("imds_proxy.read", () => 8L);
        open.Add(3);
        open.Add(-2);
        level.Record(0.5);
        level.Record(double.NaN);
        Scrape();

        var lines = Lines();

        lines.ShouldBe(["imds_proxy_level NaN", "imds_proxy_open 1", "imds_proxy_read_total 8", "imds_proxy_seen 7"]);
    }

    [Fact]
    public void LabelValue_WithQuotesAndLineFeeds_IsEscaped()
    {
        _meter.CreateCounter<long>("imds_proxy.odd").Add(1, new KeyValuePair<string, object?>("a.b", "x\\y\"z\nimds_proxy_forged 1"));

        Lines().ShouldBe(["imds_proxy_odd_total{a_b=\"x\\\\y\\\"z\\nimds_proxy_forged 1\"} 1"]);
    }

    [Fact]
    public void Help_WithLineFeed_IsEscaped()
    {
        _meter.CreateCounter<long>("imds_proxy.odd", null, "one\ntwo \\ three").Add(1);

        Scrape().ShouldStartWith("# HELP imds_proxy_odd_total one\\ntwo \\\\ three\n");
    }

    [Fact]
    public void ObservedSeries_NoLongerTold_Vanishes()
    {
        var revision = "aaa";
        _meter.CreateObservableGauge("imds_proxy.policy.info", () => new Measurement<long>(1, new KeyValuePair<string, object?>("revision", revision)));
        Lines().ShouldBe(["imds_proxy_policy_info{revision=\"aaa\"} 1"]);

        revision = "bbb";

        Lines().ShouldBe(["imds_proxy_policy_info{revision=\"bbb\"} 1"]);
    }

    [Fact]
    public void Write_WithOneBrokenInstrument_WritesTheOthersAndTells()
    {
        _meter.CreateObservableGauge("imds_proxy.broken", long () => throw new InvalidOperationException("no"));
        _meter.CreateObservableGauge("imds_proxy.seen", () => 7);
        var output = new ArrayBufferWriter<byte>();

        _text.Write(output).ShouldNotBeNull();

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldContain("imds_proxy_seen 7\n");
    }

    [Fact]
    public void Series_BeyondTheMaximum_AreCountedTogether()
    {
        var counter = _meter.CreateCounter<long>("imds_proxy.many");
        for (var i = 0; i < MetricFamily.MaximumSeries + 50; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("n", $"{i}"));
        }

        var lines = Lines();

        lines.Length.ShouldBe(MetricFamily.MaximumSeries + 1);
        lines.ShouldContain("imds_proxy_many_total{overflow=\"true\"} 50", StringComparer.Ordinal);
        lines.ShouldContain("imds_proxy_many_total{n=\"0\"} 1", StringComparer.Ordinal);
    }

    [Fact]
    public void Meters_OfOthers_AreLeftOut()
    {
        using var foreign = new Meter("ImdsProxyish");
        using var elsewhere = new Meter(new MeterOptions("ImdsProxy.Test") { Scope = new object() });
        foreign.CreateCounter<long>("imds_proxy.foreign").Add(1);
        elsewhere.CreateCounter<long>("imds_proxy.elsewhere").Add(1);

        Scrape().ShouldNotContain("foreign");
        Scrape().ShouldNotContain("elsewhere");
    }

    [Fact]
    public void Name_TakenByAnotherType_StaysWithTheFirst()
    {
        _meter.CreateUpDownCounter<long>("imds_proxy.twice_total").Add(1);
        _meter.CreateCounter<long>("imds_proxy.twice").Add(5);

        Lines().ShouldBe(["imds_proxy_twice_total 1"]);
    }

    [Fact]
    public void Measuring_ASetOfTagsSeenBefore_AllocatesNothing()
    {
        var counter = _meter.CreateCounter<long>("imds_proxy.hot");
        var histogram = _meter.CreateHistogram("imds_proxy.hot.duration", "s", null, tags: null, DurationBuckets.Advice);
        MeasureHot(counter, histogram, 10_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        MeasureHot(counter, histogram, 10_000);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public async Task Measuring_FromManyThreadsDuringScrapes_LosesNothing()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var counter = _meter.CreateCounter<double>("imds_proxy.busy");
        var histogram = _meter.CreateHistogram<double>("imds_proxy.busy.duration", "s");
        var work = Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.Add(0.5, new KeyValuePair<string, object?>("n", i % 2 == 0 ? "even" : "odd"));
                histogram.Record(0.25);
            }
        })).ToArray();
        while (!Array.TrueForAll(work, task => task.IsCompleted))
        {
            Scrape();
        }

        await Task.WhenAll(work);
        var lines = Lines();

        lines.ShouldContain($"imds_proxy_busy_total{{n=\"even\"}} {Threads * Each / 4}", StringComparer.Ordinal);
        lines.ShouldContain($"imds_proxy_busy_duration_seconds_count {Threads * Each}", StringComparer.Ordinal);
        lines.ShouldContain($"imds_proxy_busy_duration_seconds_sum {Threads * Each / 4}", StringComparer.Ordinal);
    }

    public void Dispose()
    {
        _meter.Dispose();
        _text.Dispose();
    }

    private static void MeasureHot(Counter<long> counter, Histogram<double> histogram, int times)
    {
        for (var i = 0; i < times; i++)
        {
            counter.Add(1, [new("verdict", "denied"), new("reason", "no-rule"), new("endpoint", "token"), new("mode", "enforce")]);
            histogram.Record(0.0001, new("verdict", "denied"), new("endpoint", "token"));
        }
    }

    private string Scrape()
    {
        var output = new ArrayBufferWriter<byte>();
        _text.Write(output).ShouldBeNull();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private string[] Lines() => [.. Scrape().Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
}
