using System.Text.Json;
using ImdsProxy.Deny;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

public sealed class AnswerTests
{
    public static TheoryData<string> Cases => [.. AnswerCases.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public Task EnforceMode_EachRequest_MatchesTheTable(string name) => EndsAsync(Named(name), "enforce", Named(name).Enforce);

    [Theory]
    [MemberData(nameof(Cases))]
    public Task AuditMode_EachRequest_MatchesTheTable(string name) => EndsAsync(Named(name), "audit", Named(name).Audit);

    [Fact]
    public async Task PermittedRequest_GetsImdsAnswer()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var direct = await RawHttp.GetAsync(scene.Imds.Endpoint, Targets.KustoToken);
        foreach (var target in new[] { Targets.KustoToken, Targets.Location })
        {
            var expected = await RawHttp.GetAsync(scene.Imds.Endpoint, target);
            var answer = await scene.GetAsync(Pods.FluentBit, target);
            answer.Text.ShouldBe(expected.Text);
            answer.Header("Server").ShouldBe(expected.Header("Server"));
            answer.Header("Content-Type").ShouldBe(expected.Header("Content-Type"));
            answer.Header("Content-Length").ShouldBe(expected.Header("Content-Length"));
        }

        direct.Header("Server").ShouldNotBeNull().ShouldContain("IMDS");
    }

    [Fact]
    public async Task DeniedToken_NamesCallerRequestAndReason()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Cluster("enforce"), options => options with { Answers = new("Ask #platform.", TokenDenialForm.Forbidden) });
        var answer = await scene.GetAsync(Pods.Web, Targets.KustoToken);

        answer.Status.ShouldBe(403);
        answer.Header("Content-Type").ShouldBe("application/json");
        var id = answer.Header("x-imds-proxy-request-id").ShouldNotBeNull();
        var body = JsonElement.Parse(answer.Body.Span);
        body.GetProperty("error").GetString().ShouldBe("access_denied");
        body.GetProperty("error_description").GetString().ShouldBe(
            $"IMDS is unreachable for this workload: ImdsProxy denied a token for https://api.kusto.windows.net as client_id {Policies.Ingest}: "
            + $"no rule allows it (pod shop/web-0, service account web, request {id}). Ask #platform.");
        ((string?)scene.Record()["id"]).ShouldBe(id);
    }

    [Fact]
    public async Task DeniedToken_InImdsForm_IsIdentityNotFound()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Cluster("enforce"), options => options with { Answers = new(null, TokenDenialForm.IdentityNotFound) });
        var answer = await scene.GetAsync(Pods.Web, Targets.KustoToken);

        answer.Status.ShouldBe(400);
        var body = JsonElement.Parse(answer.Body.Span);
        body.GetProperty("error").GetString().ShouldBe("invalid_request");
        body.GetProperty("error_description").GetString()!.ShouldStartWith(
            "Identity not found: IMDS is unreachable for this workload: ImdsProxy denied a token for https://api.kusto.windows.net");
        ((string?)scene.Record()["verdict"]).ShouldBe("denied");

        // Only token requests have this form of denial.
        (await scene.GetAsync(Pods.Web, Targets.Instance)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task DeniedInstanceLeaf_NamesOnlyThePath()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        (await scene.GetAsync(Pods.Web, Targets.Location)).Text.ShouldContain("denied GET /metadata/instance/compute/location: no rule allows it");
    }

    [Fact]
    public async Task Denial_NamesNoRule()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        (await scene.GetAsync(Pods.Web, Targets.Instance)).Text.ShouldNotContain("istio");
    }

    [Theory]
    [InlineData("/metadata/identity/oauth2/token", """{"error":"invalid_request","error_description":"Required metadata header not specified"}""")]
    [InlineData("/metadata/instance/compute/location", """{ "error": "Bad request: . Required metadata header not specified" }""")]
    public async Task Probe_OfAnAllowedPath_GetsImdsError(string path, string words)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var answer = await scene.SendAsync(Pods.FluentBit, RawRequest.Get(path).Without("Metadata"));
        answer.Text.ShouldBe(words);

        // MSAL recognizes IMDS by this header.
        answer.Header("Server").ShouldNotBeNull().ShouldContain("IMDS");
    }

    [Fact]
    public async Task MalformedRequest_GetsJsonWithTheReason()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var answer = await scene.GetAsync(Pods.FluentBit, "/metadata//instance");
        var body = JsonElement.Parse(answer.Body.Span);
        body.GetProperty("error").GetString().ShouldBe("bad_request");
        body.GetProperty("error_description").GetString().ShouldNotBeNullOrEmpty();
        ((string?)scene.Record()["request"]!["rawTarget"]).ShouldBe("/metadata//instance");
    }

    [Theory]
    [InlineData(true, 504)]
    [InlineData(false, 504)]
    public async Task Imds_TooSlow_YieldsStatus504(bool token, int status)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        scene.Imds.Faults = _ => FakeFault.Stall;
        await FailsAsync(scene, token, status, "gateway_timeout");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Imds_Down_YieldsStatus502(bool token)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await scene.Imds.DisposeAsync();
        await FailsAsync(scene, token, 502, "bad_gateway");
    }

    [Fact]
    public async Task CallerNotKnownYet_StaysUnknown_Is503WithRetryAfter()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var answer = await scene.GetAsync(Pods.Stranger, Targets.Location);
        answer.Status.ShouldBe(503);
        answer.Header("Retry-After").ShouldBe("1");
        ((double)scene.Record()["ms"]!).ShouldBeGreaterThan(250);
    }

    [Fact]
    public async Task CallerNotKnownYet_BecomesKnown_IsAnswered()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Cluster("enforce"), options => options with { Enforce = new() { IdentifyWait = TimeSpan.FromSeconds(20) } });
        var answer = scene.GetAsync(Pods.Stranger, Targets.Location);
        await scene.UseCallersAsync(Pods.FileWith(Pods.Stranger, "logging", "fluent-bit"));
        (await answer).Status.ShouldBe(200);
        ((string?)scene.Record()["caller"]!["pod"]).ShouldBe("fluent-bit-0");
    }

    [Fact]
    public async Task CallerNotKnownYet_InAuditMode_WaitsHalfASecondAtMost()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Cluster("audit"), options => options with { Enforce = new() { IdentifyWait = TimeSpan.FromSeconds(20) } });
        (await scene.GetAsync(Pods.Stranger, Targets.Location)).Status.ShouldBe(200);
        ((double)scene.Record()["ms"]!).ShouldBeInRange(450, 5000);
    }

    [Fact]
    public async Task Probe_OfACallerNotKnownYet_NeverWaits()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Cluster("enforce"), options => options with { Enforce = new() { IdentifyWait = TimeSpan.FromSeconds(20) } });
        (await scene.SendAsync(Pods.Stranger, RawRequest.Get(Targets.TokenPath).Without("Metadata"))).Status.ShouldBe(400);
        ((double)scene.Record()["ms"]!).ShouldBeLessThan(5000);
    }

    private static AnswerCase Named(string name) => AnswerCases.All.Single(row => row.Name == name);

    private static async Task EndsAsync(AnswerCase row, string mode, AnswerCase.End expected)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster(mode));
        var answer = await scene.SendAsync(row.Pod, row.Request);

        var record = scene.Record();
        var actual = new AnswerCase.End(answer.Status, (string)record["verdict"]!, (string)record["reason"]!, (string?)record["rule"], scene.Imds.Requests.Count == 1);
        actual.ShouldBe(expected);
        ((string?)record["mode"]).ShouldBe(mode);
        ((int?)record["response"]!["status"]).ShouldBe(answer.Status);
        ((bool?)record["request"]!["probe"]).ShouldBe(row.Name.StartsWith("probe ", StringComparison.Ordinal) ? true : null);
        (record["returned"] is not null).ShouldBe(actual is { Verdict: "denied", ReachesImds: true });
        scene.Audit.Text.ShouldHoldNoToken();
    }

    private static async Task FailsAsync(ProxyScene scene, bool token, int status, string error)
    {
        var answer = await scene.GetAsync(Pods.FluentBit, token ? Targets.KustoToken : Targets.Location);
        answer.Status.ShouldBe(status);
        JsonElement.Parse(answer.Body.Span).GetProperty("error").GetString().ShouldBe(error);
        ((string?)scene.Record()["verdict"]).ShouldBe("failed");
        ((string?)scene.Record()["reason"]).ShouldBe("upstream-error");
    }
}
