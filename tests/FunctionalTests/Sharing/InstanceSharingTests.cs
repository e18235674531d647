using System.Text.Json;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Sharing;

public sealed class InstanceSharingTests
{
    private const string Instance = "/metadata/instance?api-version=2021-02-01";
    private const string Events = "/metadata/scheduledevents?api-version=2020-07-01";

    private static readonly string AllRules = SharingScene.Rule("all", "*", """{"path":"/metadata/instance/**"},{"path":"/metadata/scheduledevents","methods":["GET","POST"]}""");

    private static readonly string Redacting =
        SharingScene.Rule("a", "a", """{"path":"/metadata/instance/**","redact":["compute.tags","compute.tagsList","compute.subscriptionId","network.interface.*.macAddress"]}""")
        + "," + SharingScene.Rule("b", "b", """{"path":"/metadata/instance/**","keep":["compute.location"]}""");

    [Fact]
    public async Task Instance_RequestedByManyAtOnce_IsFetchedOnceAndCachedForASecond()
    {
        var time = new ManualTime();
        await using var scene = await SharingScene.StartAsync(AllRules, time: time);
        (await Task.WhenAll(Enumerable.Range(0, 50).Select(pod => scene.GetAsync(pod, Instance)))).ShouldAllBe(answer => answer.Status == 200);
        scene.ImdsRequests.ShouldBe(1);
        time.Advance(TimeSpan.FromMilliseconds(1001));
        await scene.GetAsync(0, Instance);
        await scene.GetAsync(0, Instance + "&format=json");
        scene.ImdsRequests.ShouldBe(3);
    }

    [Fact]
    public async Task Instance_WithoutACache_IsSharedOnlyWhileItIsFetched()
    {
        await using var scene = await SharingScene.StartAsync(AllRules, options => options with { Sharing = new() { InstanceCacheMaxAge = TimeSpan.Zero } });
        await scene.GetAsync(0, Instance);
        await scene.GetAsync(0, Instance);
        scene.ImdsRequests.ShouldBe(2);
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var both = Task.WhenAll(scene.GetAsync(0, Instance), scene.GetAsync(1, Instance));
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 2);
        held.Release();
        (await both).ShouldAllBe(answer => answer.Status == 200);
        scene.ImdsRequests.ShouldBe(3);
    }

    [Fact]
    public async Task ScheduledEvents_AreSharedWhileFetchedAndNeverCached()
    {
        await using var scene = await SharingScene.StartAsync(AllRules);
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var both = Task.WhenAll(scene.GetAsync(0, Events), scene.GetAsync(1, Events));
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 2);
        held.Release();
        await both;
        scene.ImdsRequests.ShouldBe(1);
        await scene.GetAsync(0, Events);
        scene.ImdsRequests.ShouldBe(2);
    }

    [Fact]
    public async Task ScheduledEvents_AfterAnApproval_AreFetchedAgain()
    {
        await using var scene = await SharingScene.StartAsync(AllRules);
        using var held = new HeldAnswers();
        scene.Imds.Faults = request => request.Method == "GET" ? held.Hold(request) : null;
        var before = scene.GetAsync(0, Events);
        await Eventually.HoldsAsync(() => held.Waiting == 1);
        await RawHttp.SendAsync(scene.Proxy.EndPoint, new RawRequest("POST", Events).WithBody($$"""{"StartRequests":[{"EventId":"{{ScheduledEvents.EventId}}"}]}"""), SharingScene.Pod(1));
        var after = scene.GetAsync(1, Events);
        await Eventually.HoldsAsync(() => held.Waiting == 2);
        held.Release();
        (await Task.WhenAll(before, after)).ShouldAllBe(answer => answer.Status == 200);
    }

    [Fact]
    public async Task Redaction_OfASharedDocument_DiffersByCaller()
    {
        await using var scene = await SharingScene.StartAsync(Redacting);
        var redacted = JsonElement.Parse((await scene.GetAsync(0, Instance)).Body.Span).GetProperty("compute");
        var kept = JsonElement.Parse((await scene.GetAsync(1, Instance)).Body.Span).GetProperty("compute");
        scene.ImdsRequests.ShouldBe(1);
        redacted.GetProperty("tags").GetString().ShouldBe("");
        redacted.GetProperty("tagsList").GetArrayLength().ShouldBe(0);
        redacted.GetProperty("name").GetString().ShouldNotBeNullOrEmpty();
        kept.GetProperty("name").GetString().ShouldBe("");
        kept.GetProperty("location").GetString().ShouldBe("westeurope");
        scene.Output.Requests.ShouldAllBe(record => (bool?)record["response"]!["redacted"] == true);
    }

    [Theory]
    [InlineData(0, "/metadata/instance/compute/tags?format=text&api-version=2017-08-01", "")]
    [InlineData(0, "/metadata/instance/compute/tagsList/0/value?format=text&api-version=2021-02-01", "")]
    [InlineData(0, "/metadata/instance/network/interface/0/macAddress?format=text&api-version=2021-02-01", "")]
    [InlineData(0, "/metadata/instance/compute/location?format=text&api-version=2021-02-01", "westeurope")]
    [InlineData(1, "/metadata/instance/compute/location?format=text&api-version=2021-02-01", "westeurope")]
    [InlineData(1, "/metadata/instance/compute/name?format=text&api-version=2021-02-01", "")]
    [InlineData(0, "/metadata/instance/compute/tagsList?api-version=2021-02-01", "[]")]
    public async Task Redaction_OfPartOfTheDocument_EqualsThatOfTheWhole(int pod, string target, string expected)
    {
        await using var scene = await SharingScene.StartAsync(Redacting);
        var answer = await scene.GetAsync(pod, target);
        answer.Status.ShouldBe(200);
        answer.Text.ShouldBe(expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Redaction_OfAnInvalidDocument_ShowsNothing(bool compressed)
    {
        await using var scene = await SharingScene.StartAsync(Redacting);
        scene.Imds.Faults = _ => compressed ? FakeFault.Gzip : FakeFault.Truncate(300);
        var answer = await scene.GetAsync(0, Instance);
        answer.Status.ShouldBe(502);
        answer.Text.ShouldNotContain("compute");
    }

    [Fact]
    public async Task Redaction_InAuditMode_IsOnlyRecorded()
    {
        await using var scene = await SharingScene.StartAsync(Redacting, mode: "audit");
        (await scene.GetAsync(0, Instance)).Text.ShouldContain("environment:production");
        var record = scene.Output.Requests.ShouldHaveSingleItem();
        ((bool?)record["response"]!["wouldBeRedacted"]).ShouldBe(true);
        ((string?)record["verdict"]).ShouldBe("allowed");
    }

    [Fact]
    public async Task NewRedaction_AppliesToTheCachedDocumentToo()
    {
        await using var scene = await SharingScene.StartAsync(AllRules, options => options with { Sharing = new() { InstanceCacheMaxAge = TimeSpan.FromMinutes(1) } });
        (await scene.GetAsync(0, Instance)).Text.ShouldContain("environment:production");
        await scene.UsePolicyAsync(Redacting);
        (await scene.GetAsync(0, Instance)).Text.ShouldNotContain("environment:production");
        scene.ImdsRequests.ShouldBe(1);
    }
}
