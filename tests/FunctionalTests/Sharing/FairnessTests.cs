using System.Globalization;
using ImdsProxy.FakeImds;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Serving;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Sharing;

public sealed class FairnessTests
{
    [Fact]
    public async Task CallerRate_OfAFloodingCaller_ThrottlesOnlyThatCaller()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), options => options with { Enforce = options.Enforce with { CallerRate = 1 } });
        await using var connection = await RawConnection.ConnectAsync(scene.Proxy.EndPoint, SharingScene.Pod(0));
        var answers = new List<RawResponse>();
        for (var i = 0; i < 30; i++)
        {
            answers.Add((await connection.ExchangeAsync(RawRequest.Get(SharingScene.Vault)))!);
        }

        // A burst of two seconds' worth, plus what the rate allows while the test runs: a refusal takes a quarter of a second.
        answers.Count(answer => answer.Status == 200).ShouldBeInRange(2, 20);
        var refused = answers.First(answer => answer.Status != 200);
        refused.Status.ShouldBe(429);
        refused.Header("Retry-After").ShouldBe("1");
        await Eventually.HoldsAsync(() => scene.Output.Requests
            .Where(record => (string?)record["reason"] == "rate-limited" && (string?)record["verdict"] == "denied")
            .Sum(record => (long?)record["summary"]?["count"] ?? 1) == answers.Count(answer => answer.Status == 429));
        (await scene.GetAsync(1, SharingScene.Vault)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task CallerRate_InAuditMode_IsOnlyRecorded()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), options => options with { Enforce = options.Enforce with { CallerRate = 1 } }, mode: "audit");
        for (var i = 0; i < 6; i++)
        {
            (await scene.GetAsync(0, SharingScene.Vault)).Status.ShouldBe(200);
        }

        scene.Output.Requests.Count(record => (string?)record["reason"] == "rate-limited" && (string?)record["verdict"] == "would-deny").ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Upstream_UnderMoreThanItsRate_NeverRefuses()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), Limited, new() { RateLimited = true, Latency = TimeSpan.FromMilliseconds(20) });
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(pod => scene.GetAsync(pod, Resource($"r{pod}"))));
        answers.ShouldAllBe(answer => answer.Status == 200);
        scene.Imds.Requests.Count.ShouldBe(30);
        scene.Imds.Requests.ShouldAllBe(request => request.Status == 200);
    }

    [Fact]
    public async Task GreedyCaller_GetsNoMoreTurnsThanOthers()
    {
        await using var scene = await SharingScene.StartAsync(
            SharingScene.Both(), options => Limited(options) with { Limits = new() { Identity = new() { AtOnce = 1 } } });
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var greedy = Enumerable.Range(0, 12).Select(i => scene.GetAsync(0, Resource($"greedy{i}"))).ToList();
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 12);
        var modest = Enumerable.Range(1, 4).Select(pod => scene.GetAsync(pod, Resource($"modest{pod}"))).ToList();
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 16);
        held.Release();
        (await Task.WhenAll(greedy.Concat(modest))).ShouldAllBe(answer => answer.Status == 200);

        // One request was already sent. Then each of the other callers is served before the greedy caller's third request.
        var order = scene.Imds.Requests.Select(request => request.Target.Contains("modest", StringComparison.Ordinal)).ToList();
        order.LastIndexOf(true).ShouldBeLessThanOrEqualTo(6);
    }

    [Fact]
    public async Task Flood_OfOneCaller_LeavesRoomForAnother()
    {
        // The clock stands still, so all requests fall into the same second.
        await using var scene = await SharingScene.StartAsync(
            SharingScene.Both(), options => options with { Limits = new() { Identity = new() { PerSecond = 4 } } }, time: new ManualTime());
        var greedy = Enumerable.Range(0, 8).Select(i => scene.GetAsync(0, Resource($"greedy{i}"))).ToList();
        await Eventually.HoldsAsync(() => scene.Imds.Requests.Count == 2 && scene.Proxy.Waiting == 6);
        (await scene.GetAsync(1, Resource("modest"))).Status.ShouldBe(200);
        scene.Imds.Requests.Count.ShouldBe(3);
        greedy.Count(answer => answer.IsCompleted).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task GreedyCaller_FillsOnlyItsOwnQueue()
    {
        await using var scene = await SharingScene.StartAsync(
            SharingScene.Both(), options => options with { Limits = new() { Identity = new() { AtOnce = 1, DepthPerCaller = 2 } } });
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var first = scene.GetAsync(0, Resource("one"));
        await Eventually.HoldsAsync(() => held.Waiting == 1);
        var waiting = new[] { scene.GetAsync(0, Resource("two")), scene.GetAsync(0, Resource("three")) };
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 3);
        var refused = await scene.GetAsync(0, Resource("four"));
        refused.Status.ShouldBe(429);
        int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
        var other = scene.GetAsync(1, Resource("four"));
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 4);
        held.Release();
        (await Task.WhenAll([first, other, .. waiting])).ShouldAllBe(answer => answer.Status == 200);
    }

    [Fact]
    public async Task Fetch_QueuedByAGreedyCaller_RunsInTheTurnOfACallerThatJoins()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), options => options with { Limits = new() { Identity = new() { AtOnce = 1 } } });
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var greedy = new List<Task<RawResponse>>();
        foreach (var resource in Enumerable.Range(0, 10).Select(i => $"greedy{i}").Append("wanted"))
        {
            greedy.Add(scene.GetAsync(0, Resource(resource)));
            await Eventually.HoldsAsync(() => scene.Proxy.Waiting == greedy.Count);
        }

        var joiner = scene.GetAsync(1, Resource("wanted"));
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 12);
        held.Release();
        (await joiner).Status.ShouldBe(200);
        await Task.WhenAll(greedy);
        scene.Imds.Requests.ToList().FindIndex(request => request.Target.Contains("wanted", StringComparison.Ordinal)).ShouldBeLessThanOrEqualTo(2);
        scene.Imds.Requests.Count.ShouldBe(11);
    }

    [Fact]
    public async Task WaitInTheQueue_TooLong_EndsWith429()
    {
        await using var scene = await SharingScene.StartAsync(
            SharingScene.Both(), options => options with { Limits = new() { Identity = new() { AtOnce = 1, Wait = TimeSpan.FromMilliseconds(100) } } });
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var first = scene.GetAsync(0, Resource("one"));
        await Eventually.HoldsAsync(() => held.Waiting == 1);
        var late = await scene.GetAsync(1, Resource("two"));
        late.Status.ShouldBe(429);
        scene.Output.Requests.ShouldContain(record => (string?)record["reason"] == "rate-limited");
        held.Release();
        (await first).Status.ShouldBe(200);
        (await scene.GetAsync(1, Resource("two"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Upstream_WithRetryAfter_IsNotAskedEarlier()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), options => options with { Limits = new() { Identity = new() { PerSecond = 1000 } } });
        var throttled = FakeFault.Answer(429, "{}");
        scene.Imds.Faults = _ => throttled with { Change = reply => throttled.Change(reply) with { Headers = [new("Retry-After", "2")] } };
        (await scene.GetAsync(0, Resource("one"))).Status.ShouldBe(429);
        scene.Imds.Faults = null;
        var began = TimeProvider.System.GetTimestamp();
        (await scene.GetAsync(1, Resource("two"))).Status.ShouldBe(200);
        TimeProvider.System.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromSeconds(1.5));
        scene.Imds.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task AuditMode_NeverWaitsInTheQueue()
    {
        await using var scene = await SharingScene.StartAsync(
            SharingScene.Both(), options => options with { Limits = new() { Identity = new() { AtOnce = 1, Wait = TimeSpan.FromMinutes(1) } } }, mode: "audit");
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var all = Enumerable.Range(0, 4).Select(pod => scene.GetAsync(pod, Resource("one"))).ToList();
        await Eventually.HoldsAsync(() => held.Waiting == 4);
        held.Release();
        (await Task.WhenAll(all)).ShouldAllBe(answer => answer.Status == 200);
    }

    private static ServeOptions Limited(ServeOptions options) => options with
    {
        Limits = new() { Identity = new() { PerSecond = LimitOptions.ImdsTokensPerSecond, AtOnce = LimitOptions.ImdsTokensAtOnce } },
    };

    private static string Resource(string name) => SharingScene.TokenPath + "?api-version=2018-02-01&resource=https%3A%2F%2F" + name + ".test";
}
