using System.Text.Json.Nodes;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Rollout;

/// <summary>Two processes share the same ports, as during a rollout on hostNetwork.</summary>
public sealed class RolloutTests
{
    private const int Requests = 300;

    public static TheoryData<string, string, string[]> NeverReady => new()
    {
        { "policy: no valid policy", """{"version":1,"mode":"sometimes"}""", [] },

        // Port 9 is the discard port, on which nothing listens.
        { "callers: the callers are not known", RolloutScene.Policy("new"), ["--callers", "kubernetes", "--kube-api", "http://127.0.0.1:9"] },
    };

    [Theory, MemberData(nameof(NeverReady))]
    public async Task NewPod_ThatNeverGetsReady_LeavesTheOldOneServing(string reason, string policy, string[] callers)
    {
        await using var scene = await RolloutScene.CreateAsync();
        var old = await scene.StartReadyAsync(RolloutScene.Policy("old"));
        var broken = scene.Start(policy, callers);
        await Eventually.HoldsAsync(async () => (await broken.ReasonsAsync()).Any(said => said.StartsWith(reason, StringComparison.Ordinal)), TimeSpan.FromSeconds(30));

        for (var request = 0; request < Requests; request++)
        {
            (await scene.AskAsync()).Status.ShouldBe(200);
            if (request % 100 == 0)
            {
                (await broken.HealthAsync()).ShouldBe(1);
                (await old.HealthAsync()).ShouldBe(0);
            }
        }

        old.Requests.Count.ShouldBe(Requests, "each request has one record");
        broken.Requests.ShouldBeEmpty();
        (await broken.ReasonsAsync()).ShouldContain("listener: the data listener is not open", StringComparer.Ordinal);

        // On the shared port, the newest process answers. Therefore no probe may use it, and no pod's readiness depends on it.
        (await scene.ScrapeAsync("/readyz")).Status.ShouldBe(503);
        (await broken.TerminateAsync()).ShouldBe(0, broken.Log);
        (await scene.ScrapeAsync("/readyz")).Status.ShouldBe(200);
        (await scene.AskAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task NewPod_ThatNeverGetsReady_DeniesOnceTheOldOneIsGone()
    {
        await using var scene = await RolloutScene.CreateAsync();
        var old = await scene.StartReadyAsync(RolloutScene.Policy("old"));
        var broken = scene.Start("{}");
        await Eventually.HoldsAsync(async () => (await broken.ReasonsAsync()).Any(said => said.StartsWith("policy", StringComparison.Ordinal)), TimeSpan.FromSeconds(30));

        (await old.TerminateAsync()).ShouldBe(0, old.Log);

        await Eventually.HoldsAsync(async () => !(await broken.ReasonsAsync()).Any(said => said.StartsWith("listener", StringComparison.Ordinal)));
        (await scene.AskAsync()).Status.ShouldBeInRange(403, 503);
        scene.ImdsRequests.ShouldBe(0);
    }

    [Fact]
    public async Task NewPod_ThatGetsReady_TakesOverWithoutAFailedRequest()
    {
        await using var scene = await RolloutScene.CreateAsync();
        var old = await scene.StartReadyAsync(RolloutScene.Policy("old"));
        var load = new SteadyLoad(scene.Data);
        await load.MoreAsync(100);

        var next = await scene.StartReadyAsync(RolloutScene.Policy("new"));
        await load.MoreAsync(100);
        var fresh = RawRequest.Get(RolloutScene.Location).With("User-Agent", "fresh");
        for (var request = 0; request < 50; request++)
        {
            (await RawHttp.SendAsync(scene.Data, fresh))!.Status.ShouldBe(200);
        }

        (await old.TerminateAsync()).ShouldBe(0, old.Log);
        await load.MoreAsync(100);
        (await load.EndAsync()).ShouldHaveSingleItem().ShouldBe("200");

        next.Requests.Count(IsFresh).ShouldBe(50, "the newer process gets the new connections");
        old.Requests.Count(IsFresh).ShouldBe(0);
        (old.Requests.Count + next.Requests.Count).ShouldBe(load.Count + 50, "each request has one record");
        (await next.TerminateAsync()).ShouldBe(0, next.Log);

        static bool IsFresh(JsonNode record) => (string?)record["request"]!["userAgent"] == "fresh";
    }

    [Fact]
    public async Task Metrics_OfTwoPods_ComeFromTheNewest()
    {
        await using var scene = await RolloutScene.CreateAsync();
        await scene.StartReadyAsync(RolloutScene.Policy("old"));
        var before = await RevisionAsync();

        var next = await scene.StartReadyAsync(RolloutScene.Policy("new"));
        var after = await RevisionAsync();
        (after == before).ShouldBeFalse();
        for (var scrape = 0; scrape < 30; scrape++)
        {
            (await RevisionAsync()).ShouldBe(after);
        }

        (await next.TerminateAsync()).ShouldBe(0, next.Log);
        (await RevisionAsync()).ShouldBe(before);

        async Task<string> RevisionAsync() =>
            (await scene.ScrapeAsync("/metrics")).Text.Split('\n').Single(line => line.StartsWith("imds_proxy_policy_info{", StringComparison.Ordinal));
    }
}
