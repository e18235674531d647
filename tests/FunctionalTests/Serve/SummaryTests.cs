using System.Text.Json.Nodes;
using ImdsProxy.Deny;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>Requests above their caller's rate are answered as usual and recorded in summaries.</summary>
public sealed class SummaryTests
{
    private const int Many = 40;
    private const int Connections = 10;

    // No IMDS has this path. Each of its characters takes six bytes in the log.
    private static readonly string ControlCharacters = "/metadata/" + new string('\u0001', 1000);

    public static TheoryData<string, string, int> Floods => new()
    {
        { "enforce", Targets.Location, 429 },
        { "enforce", ControlCharacters, 429 },
        { "audit", Targets.Location, 200 },
        { "audit", ControlCharacters, 400 },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task Flood_OfOneCaller_IsAnsweredAndCountedInFewSummaries(string mode, string target, int status)
    {
        await using var scene = await StartAsync(mode, rate: 1);

        var answers = await AskAsync(scene, target, Many);

        answers.Count(answer => answer.Status == status).ShouldBeGreaterThanOrEqualTo(Many - 5);
        await AreCountedAsync(scene, Many);
        var summaries = Summaries(scene);
        summaries.Count.ShouldBeLessThan(Many / 2);
        summaries.ShouldAllBe(record => record["request"] == null && record["response"] == null && (string?)record["caller"]!["pod"] == "web-0");
        IsNamedByAll(answers, scene);
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
    }

    // Audit mode lets every request through; above the rate, the requests only share a record.
    [Fact]
    public async Task Flood_InAuditMode_ReachesImds()
    {
        await using var scene = await StartAsync("audit", rate: 1);

        await AskAsync(scene, Targets.Location, Many);

        scene.Imds.Requests.Count.ShouldBe(Many);
        await AreCountedAsync(scene, Many);
        Summaries(scene).ShouldAllBe(record => (string?)record["verdict"] == "would-deny");
    }

    [Fact]
    public async Task Tokens_AboveTheRate_EachHaveARecord()
    {
        await using var scene = await StartAsync("audit", rate: 1);

        for (var i = 0; i < Many; i++)
        {
            (await scene.GetAsync(Pods.FluentBit, Targets.KustoToken)).Status.ShouldBe(200);
        }

        scene.Audit.Requests.Count.ShouldBe(Many);
        scene.Audit.Requests.ShouldAllBe(record => record["issued"] != null && record["summary"] == null);
    }

    // Without a limit on requests, records are still limited: 100 per second, with bursts of up to two seconds' worth.
    [Fact]
    public async Task Flood_WithoutACallerRate_IsSummarizedAndNeverRefused()
    {
        await using var scene = await StartAsync("enforce", rate: 0);

        var answers = await AskAsync(scene, ControlCharacters, 1000);

        answers.ShouldAllBe(answer => answer.Status == 400);
        await AreCountedAsync(scene, 1000);
        Summaries(scene).ShouldNotBeEmpty();
        IsNamedByAll(answers, scene);
    }

    [Fact]
    public async Task RefusedRequests_AboveTheRate_AreSummarized()
    {
        await using var scene = await StartAsync("audit", rate: 1);

        for (var i = 0; i < Many; i++)
        {
            await scene.SendAsync(Pods.Web, new RawRequest("CONNECT", "169.254.169.254:80"));
        }

        await AreCountedAsync(scene, Many);
        Summaries(scene).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("enforce", 503)]
    [InlineData("audit", 200)]
    public async Task RequestsAboveTheRate_WhileTheLogFails_AreAnsweredAsUsual(string mode, int status)
    {
        await using var scene = await StartAsync(mode, rate: 1);
        scene.Audit.IsFull = true;

        var answers = await AskAsync(scene, Targets.Location, Many);

        answers.ShouldAllBe(answer => answer.Status == status);
        scene.Audit.IsFull = false;
    }

    [Fact]
    public async Task Metrics_OfAFlood_CountEachRequestAndEachRecord()
    {
        await using var scene = await StartAsync("enforce", rate: 1);

        var answers = await AskAsync(scene, Targets.Location, Many);
        await AreCountedAsync(scene, Many);

        var metrics = (await scene.ManagementAsync("/metrics")).Text;
        metrics.ShouldContain($"imds_proxy_requests_total{{endpoint=\"none\",mode=\"enforce\",reason=\"rate-limited\",verdict=\"denied\"}} {answers.Count(answer => answer.Status == 429)}\n");
        metrics.ShouldContain($"imds_proxy_audit_records_total{{result=\"written\"}} {scene.Audit.Requests.Count}\n");
    }

    private static Task<ProxyScene> StartAsync(string mode, int rate) =>
        ProxyScene.StartAsync(Policies.Cluster(mode), options => options with { Enforce = options.Enforce with { CallerRate = rate } });

    // Uses several connections at once, as a flood does. On one connection, each refusal takes a quarter of a second.
    private static async Task<List<RawResponse>> AskAsync(ProxyScene scene, string target, int times) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => AskOneAsync(scene, target, times / Connections)))).SelectMany(static answers => answers)];

    private static async Task<List<RawResponse>> AskOneAsync(ProxyScene scene, string target, int times)
    {
        var answers = new List<RawResponse>();
        await using var connection = await scene.ConnectAsync(Pods.Web);
        for (var i = 0; i < times; i++)
        {
            answers.Add((await connection.ExchangeAsync(RawRequest.Get(target))).ShouldNotBeNull());
        }

        return answers;
    }

    private static Task AreCountedAsync(ProxyScene scene, int requests) =>
        Eventually.HoldsAsync(() => scene.Audit.Requests.Sum(record => (long?)record["summary"]?["count"] ?? 1) == requests);

    private static List<JsonNode> Summaries(ProxyScene scene) => [.. scene.Audit.Requests.Where(record => record["summary"] != null)];

    private static void IsNamedByAll(List<RawResponse> answers, ProxyScene scene)
    {
        var ids = scene.Audit.Requests.ToDictionary(record => (string)record["id"]!, record => (long?)record["summary"]?["count"] ?? 1, StringComparer.Ordinal);
        foreach (var (id, times) in answers.Where(HasId).CountBy(answer => answer.Header(AnswerWriter.RequestIdHeader)!))
        {
            ids[id].ShouldBe(times);
        }
    }

    // Below the rate, IMDS's own answers have no request id.
    private static bool HasId(RawResponse answer) => answer.Header(AnswerWriter.RequestIdHeader) is not null;
}
