using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.Runtime;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Metrics;

public sealed class ProxyMetricsTests
{
    private readonly ManualTime _time = new();
    private readonly MetricsRegistry _registry = new();
    private readonly ProxyMetrics _metrics;

    public ProxyMetricsTests() => _metrics = new ProxyMetrics(_registry, _time);

    public static TheoryData<Verdict, Reason, PolicyMode, string?, string> Requests => new()
    {
        { Verdict.Allowed, Reason.Rule, PolicyMode.Enforce, "/metadata/instance?api-version=2021-02-01", "endpoint=\"instance\",mode=\"enforce\",reason=\"rule\",verdict=\"allowed\"" },
        { Verdict.Denied, Reason.NoRule, PolicyMode.Enforce, "/metadata/identity/oauth2/token?api-version=2018-02-01", "endpoint=\"token\",mode=\"enforce\",reason=\"no-rule\",verdict=\"denied\"" },
        { Verdict.WouldDeny, Reason.UnknownEndpoint, PolicyMode.Audit, "/metadata/new", "endpoint=\"unknown\",mode=\"audit\",reason=\"unknown-endpoint\",verdict=\"would-deny\"" },
        { Verdict.Rejected, Reason.BadRequest, PolicyMode.Enforce, null, "endpoint=\"none\",mode=\"enforce\",reason=\"bad-request\",verdict=\"rejected\"" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task RequestEnded_OfAnyKind_IsCountedByItsLabels(Verdict verdict, Reason reason, PolicyMode mode, string? target, string labels)
    {
        _metrics.RequestEnded(Record(verdict, reason, mode, target));

        (await LinesAsync()).ShouldContain($"imds_proxy_requests_total{{{labels}}} 1", StringComparer.Ordinal);
    }

    [Fact]
    public async Task RequestEnded_After80Microseconds_FallsIntoTheSecondBucket()
    {
        _metrics.RequestEnded(Record(Verdict.Denied, Reason.NoRule, milliseconds: 0.08));

        var lines = await LinesAsync();

        lines.ShouldContain("imds_proxy_request_duration_seconds_bucket{endpoint=\"none\",verdict=\"denied\",le=\"5e-05\"} 0", StringComparer.Ordinal);
        lines.ShouldContain("imds_proxy_request_duration_seconds_bucket{endpoint=\"none\",verdict=\"denied\",le=\"0.0001\"} 1", StringComparer.Ordinal);
        lines.ShouldContain("imds_proxy_request_duration_seconds_bucket{endpoint=\"none\",verdict=\"denied\",le=\"120\"} 1", StringComparer.Ordinal);
    }

    [Fact]
    public async Task RequestEnded_Quietly_IsCountedSeparately()
    {
        _metrics.RequestEnded(Record(Verdict.Denied, Reason.DenyRule, caller: Pod("istio"), quiet: true));
        _metrics.RequestEnded(Record(Verdict.Denied, Reason.NoRule, caller: Pod("istio")));
        _metrics.RequestEnded(Record(Verdict.WouldDeny, Reason.NoRule, caller: Pod("web")));
        _metrics.RequestEnded(Record(Verdict.Allowed, Reason.Rule, caller: Pod("web")));

        (await LinesAsync()).Where(line => line.Contains("namespace", StringComparison.Ordinal)).ShouldBe(
        [
            "imds_proxy_denied_total{namespace=\"istio\",quiet=\"false\"} 1",
            "imds_proxy_denied_total{namespace=\"istio\",quiet=\"true\"} 1",
            "imds_proxy_would_deny_total{namespace=\"web\",quiet=\"false\"} 1",
        ],
        ignoreOrder: true);
    }

    [Fact]
    public async Task RequestEnded_FromCallersWithoutNamespace_HasALabelThatIsNoNamespace()
    {
        Caller[] callers = [Caller.Unknown.Instance, Caller.Node.Instance, Caller.Ambiguous.Instance];
        Array.ForEach(callers, caller => _metrics.RequestEnded(Record(Verdict.Denied, Reason.CallerUnknown, caller: caller)));

        (await LinesAsync()).Count(line => line.StartsWith("imds_proxy_denied_total{namespace=\"(", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task RequestEnded_FromMoreThan200Namespaces_CountsTheRestAsOther()
    {
        for (var i = 0; i < 250; i++)
        {
            _metrics.RequestEnded(Record(Verdict.Denied, Reason.NoRule, caller: Pod($"ns-{i}")));
        }

        _metrics.RequestEnded(Record(Verdict.Denied, Reason.NoRule, caller: Pod("ns-3")));
        var lines = (await LinesAsync()).Where(line => line.StartsWith("imds_proxy_denied_total", StringComparison.Ordinal)).ToList();

        lines.Count.ShouldBe(201);
        lines.ShouldContain("imds_proxy_denied_total{namespace=\"other\",quiet=\"false\"} 50", StringComparer.Ordinal);
        lines.ShouldContain("imds_proxy_denied_total{namespace=\"ns-3\",quiet=\"false\"} 2", StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(200, "2xx")]
    [InlineData(404, "4xx")]
    [InlineData(429, "429")]
    [InlineData(503, "5xx")]
    [InlineData(null, "error")]
    [InlineData(999, "error")]
    public async Task UpstreamEnded_WithAStatus_IsCountedByItsClass(int? status, string expected)
    {
        _metrics.UpstreamEnded(ImdsEndpoints.Token, status, 0.02);

        var lines = await LinesAsync();

        lines.ShouldContain($"imds_proxy_upstream_requests_total{{endpoint=\"token\",status=\"{expected}\"}} 1", StringComparer.Ordinal);
        lines.ShouldContain("imds_proxy_upstream_request_duration_seconds_bucket{endpoint=\"token\",le=\"0.025\"} 1", StringComparer.Ordinal);
    }

    [Fact]
    public async Task Policy_RefusedThenLoaded_ReportsTheOneInForce()
    {
        (await LinesAsync()).ShouldContain("imds_proxy_policy_refused 0", StringComparer.Ordinal);
        _metrics.PolicyLoaded("aaa", PolicyMode.Audit);
        _time.Advance(TimeSpan.FromMinutes(1));
        _metrics.PolicyRefused();
        (await LinesAsync()).ShouldContain("imds_proxy_policy_refused 1", StringComparer.Ordinal);
        (await LinesAsync()).ShouldContain("imds_proxy_policy_info{mode=\"audit\",revision=\"aaa\"} 1", StringComparer.Ordinal);

        _metrics.PolicyLoaded("bbb", PolicyMode.Enforce);

        (await LinesAsync()).Where(line => line.Contains("policy", StringComparison.Ordinal)).ShouldBe(
        [
            "imds_proxy_policy_info{mode=\"enforce\",revision=\"bbb\"} 1",
            $"imds_proxy_policy_loaded_timestamp_seconds {_time.GetUtcNow().ToUnixTimeSeconds()}",
            "imds_proxy_policy_loads_total{result=\"loaded\"} 2",
            "imds_proxy_policy_loads_total{result=\"refused\"} 1",
            "imds_proxy_policy_refused 0",
        ],
        ignoreOrder: true);
    }

    [Theory]
    [InlineData("imds_proxy_audit_records_total{result=\"failed\"} 0")]
    [InlineData("imds_proxy_policy_loads_total{result=\"refused\"} 0")]
    public async Task Failures_BeforeTheFirst_AreReportedAsZero(string line) => (await LinesAsync()).ShouldContain(line, StringComparer.Ordinal);

    [Fact]
    public async Task Counts_OfConnectionsRecordsAndCallers_AreReported()
    {
        _metrics.ObserveCallers(() => 12, () => 5);
        var readiness = new Readiness();
        _metrics.ObserveReadiness(() => readiness.IsReady);
        readiness.Add("policy", () => "none");
        _metrics.ConnectionOpened();
        _metrics.ConnectionOpened();
        _metrics.ConnectionClosed();
        _metrics.ConnectionRefused("per-caller");
        _metrics.RecordEnded(isWritten: true);
        _metrics.RecordEnded(isWritten: false);

        string[] expected =
        [
            "imds_proxy_connections 1",
            "imds_proxy_connections_opened_total 2",
            "imds_proxy_connections_refused_total{reason=\"per-caller\"} 1",
            "imds_proxy_audit_records_total{result=\"written\"} 1",
            "imds_proxy_audit_records_total{result=\"failed\"} 1",
            "imds_proxy_callers_known 12",
            "imds_proxy_host_network_pods 5",
            "imds_proxy_ready 0",
        ];
        expected.Except(await LinesAsync(), StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0.1.0+abc123", "0.1.0", "abc123")]
    [InlineData("0.1.0", "0.1.0", "unknown")]
    [InlineData(null, "unknown", "unknown")]
    public void BuildInfo_OfAnInformationalVersion_HasVersionAndCommit(string? text, string version, string commit) =>
        BuildInfo.Parse(text).ShouldBe(new BuildInfo(version, commit));

    [Fact]
    public async Task BuildInfo_OfThisBuild_IsAMetric() =>
        (await LinesAsync()).ShouldContain(line => line.StartsWith("imds_proxy_build_info{commit=", StringComparison.Ordinal) && line.Contains("version=\"0.", StringComparison.Ordinal));

    [Fact]
    public void RequestEnded_OfAKindSeenBefore_AllocatesNothing()
    {
        var record = Record(Verdict.Denied, Reason.NoRule, caller: Pod("web"));
        EndRequests(record, 10_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        EndRequests(record, 10_000);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private void EndRequests(AuditRecord record, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _metrics.RequestEnded(record);
        }
    }

    private static Caller.Pod Pod(string ns) => new(new PodIdentity(ns, "p", "u", "sa", null, []));

    private AuditRecord Record(
        Verdict verdict, Reason reason, PolicyMode mode = PolicyMode.Enforce, string? target = null, Caller? caller = null, bool quiet = false, double milliseconds = 1) => new()
        {
            Timestamp = _time.GetUtcNow(),
            Id = "1",
            Verdict = verdict,
            Reason = reason,
            Mode = mode,
            Quiet = quiet,
            Caller = caller ?? Caller.Unknown.Instance,
            Request = target is null ? null : ImdsRequestParser.ParseTarget("GET", target).Request.ShouldNotBeNull(),
            Status = 200,
            Milliseconds = milliseconds,
        };

    private Task<string[]> LinesAsync() => _registry.LinesAsync();
}
