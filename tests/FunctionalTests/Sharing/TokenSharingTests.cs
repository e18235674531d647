using System.Globalization;
using System.Text.Json;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Sharing;

public sealed class TokenSharingTests
{
    [Fact]
    public async Task Token_RequestedByManyAtOnce_IsFetchedOnce()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), imds: new() { RateLimited = true, Latency = TimeSpan.FromMilliseconds(50) });
        var answers = await Task.WhenAll(Enumerable.Range(0, 250).Select(pod => scene.GetAsync(pod, SharingScene.Vault)));
        answers.ShouldAllBe(answer => answer.Status == 200);
        answers.Select(SharingScene.TokenOf).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        scene.ImdsRequests.ShouldBe(1);
        scene.Output.Requests.Count.ShouldBe(250);
        scene.Output.Requests.Count(record => !(bool)record["upstream"]!["cached"]!).ShouldBe(1);
        scene.Output.Requests.ShouldAllBe(record => (string?)record["issued"]!["clientId"] == SharingScene.Web);
    }

    [Theory]
    [InlineData("&client_id=" + SharingScene.Web)]
    [InlineData("&bypass_cache=true")]
    [InlineData("&xms_cc=cp1")]
    [InlineData("&token_sha256_to_refresh=abc")]
    public async Task Request_WithFurtherParameters_IsFetchedSeparately(string more)
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        await scene.GetAsync(0, SharingScene.Vault);
        await scene.GetAsync(0, SharingScene.Vault + more);
        scene.ImdsRequests.ShouldBe(2);
        await scene.GetAsync(1, SharingScene.Vault + more);
        scene.ImdsRequests.ShouldBe(more.StartsWith("&client_id", StringComparison.Ordinal) ? 2 : 3);
    }

    [Fact]
    public async Task Request_WithAnotherApiVersionOrSpellingOfMetadata_IsFetchedSeparately()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        await scene.GetAsync(0, SharingScene.Vault);
        await scene.GetAsync(0, SharingScene.Vault.Replace("2018-02-01", "2021-02-01", StringComparison.Ordinal));
        await RawHttp.SendAsync(scene.Proxy.EndPoint, RawRequest.Get(SharingScene.Vault).Without("Metadata").With("Metadata", "True"), SharingScene.Pod(0));
        scene.ImdsRequests.ShouldBe(3);
    }

    [Fact]
    public async Task CacheBypass_KeepsTheCachedTokensOfOthers()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        var kept = SharingScene.TokenOf(await scene.GetAsync(0, SharingScene.Vault));
        (SharingScene.TokenOf(await scene.GetAsync(0, SharingScene.Vault + "&bypass_cache=true")) == kept).ShouldBeFalse();
        SharingScene.TokenOf(await scene.GetAsync(1, SharingScene.Vault)).ShouldBe(kept);
        scene.ImdsRequests.ShouldBe(2);
    }

    [Fact]
    public async Task CachedToken_ServedLater_HasItsRemainingLifetime()
    {
        var time = new ManualTime();
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), time: time);
        var first = JsonElement.Parse((await scene.GetAsync(0, SharingScene.Vault)).Body.Span);
        time.Advance(TimeSpan.FromSeconds(200));
        var answer = await scene.GetAsync(1, SharingScene.Vault);
        answer.Complete.ShouldBeTrue();
        var second = JsonElement.Parse(answer.Body.Span);
        scene.ImdsRequests.ShouldBe(1);
        (Seconds(first, "expires_in") - Seconds(second, "expires_in")).ShouldBe(200);
        (Seconds(first, "ext_expires_in") - Seconds(second, "ext_expires_in")).ShouldBe(200);
        Seconds(second, "expires_on").ShouldBe(Seconds(first, "expires_on"));
        second.GetProperty("access_token").GetString().ShouldBe(first.GetProperty("access_token").GetString());
    }

    [Theory]
    [InlineData(299, 1)]
    [InlineData(301, 2)]
    public async Task CachedToken_PastTheMaximumAge_IsFetchedAgain(int seconds, int asked)
    {
        var time = new ManualTime();
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), time: time);
        await scene.GetAsync(0, SharingScene.Vault);
        time.Advance(TimeSpan.FromSeconds(seconds));
        await scene.GetAsync(0, SharingScene.Vault);
        scene.ImdsRequests.ShouldBe(asked);
    }

    [Fact]
    public async Task Token_NearItsExpiry_IsNotServedFromTheCache()
    {
        var time = new ManualTime();
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), time: time);
        var soon = (time.GetUtcNow() + TimeSpan.FromMinutes(9)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        scene.Imds.Faults = _ => FakeFault.Member("expires_on", soon);
        await scene.GetAsync(0, SharingScene.Vault);
        await scene.GetAsync(0, SharingScene.Vault);
        scene.ImdsRequests.ShouldBe(2);
    }

    [Fact]
    public async Task ConsecutiveRequests_WithoutACache_AreEachForwarded()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both(), options => options with { Sharing = new() { TokenCache = false } });
        await scene.GetAsync(0, SharingScene.Vault);
        await scene.GetAsync(0, SharingScene.Vault);
        scene.ImdsRequests.ShouldBe(2);
    }

    [Fact]
    public async Task CallerWithoutPermission_GetsNoCachedToken()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both("a"));
        (await scene.GetAsync(0, SharingScene.Vault)).Status.ShouldBe(200);
        var denied = await scene.GetAsync(1, SharingScene.Vault);
        denied.Status.ShouldBe(403);
        denied.Text.ShouldHoldNoToken();
    }

    [Fact]
    public async Task RevokedPermission_IsObeyedOnTheSameConnection()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        await using var connection = await RawConnection.ConnectAsync(scene.Proxy.EndPoint, SharingScene.Pod(1));
        (await connection.ExchangeAsync(RawRequest.Get(SharingScene.Vault)))!.Status.ShouldBe(200);
        await scene.UsePolicyAsync(SharingScene.Both("a"));
        (await connection.ExchangeAsync(RawRequest.Get(SharingScene.Vault)))!.Status.ShouldBe(403);

        // The token is still cached for the other callers.
        (await scene.GetAsync(0, SharingScene.Vault)).Status.ShouldBe(200);
        scene.ImdsRequests.ShouldBe(1);
    }

    [Fact]
    public async Task CachedToken_ThatNobodyMayReceive_IsEvicted()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        await scene.GetAsync(0, SharingScene.Vault);
        await scene.UsePolicyAsync(SharingScene.Rule("none", "*", """{"path":"/metadata/versions"}"""));
        scene.Proxy.ForgetAnswers().ShouldBe(0);
        await scene.UsePolicyAsync(SharingScene.Both());
        await scene.GetAsync(0, SharingScene.Vault);
        scene.ImdsRequests.ShouldBe(2);
    }

    [Fact]
    public async Task Forget_EvictsTheWholeCache()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        await scene.GetAsync(0, SharingScene.Vault);
        await scene.GetAsync(0, SharingScene.Vault + "&client_id=" + SharingScene.Ingest);
        scene.Proxy.ForgetAnswers().ShouldBe(2);
        scene.Proxy.ForgetAnswers().ShouldBe(0);
        await scene.GetAsync(0, SharingScene.Vault);
        scene.ImdsRequests.ShouldBe(3);
    }

    [Fact]
    public async Task Policy_ChangedDuringASharedFetch_IsObeyedForEachCaller()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        var permitted = scene.GetAsync(0, SharingScene.Vault);
        await Eventually.HoldsAsync(() => held.Waiting == 1);
        var denied = scene.GetAsync(1, SharingScene.Vault);
        await Eventually.HoldsAsync(() => scene.Proxy.Waiting == 2);
        await scene.UsePolicyAsync(SharingScene.Both("a"));
        held.Release();
        (await permitted).Status.ShouldBe(200);
        var answer = await denied;
        answer.Status.ShouldBe(403);
        answer.Text.ShouldHoldNoToken();
        scene.ImdsRequests.ShouldBe(1);
    }

    [Fact]
    public async Task CallerThatDisconnects_DoesNotEndASharedFetch()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        using var held = new HeldAnswers();
        scene.Imds.Faults = held.Hold;
        await using (var first = await RawConnection.ConnectAsync(scene.Proxy.EndPoint, SharingScene.Pod(0)))
        {
            await first.SendAsync(RawRequest.Get(SharingScene.Vault));
            await Eventually.HoldsAsync(() => held.Waiting == 1);
        }

        var second = scene.GetAsync(1, SharingScene.Vault);
        await Eventually.HoldsAsync(() => scene.Output.Requests.Count == 1);
        held.Release();
        (await second).Status.ShouldBe(200);
        scene.ImdsRequests.ShouldBe(1);
        scene.Output.Requests.ShouldContain(record => (string?)record["verdict"] == "failed");
    }

    [Fact]
    public async Task FailedFetch_IsSharedAndNotCached()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        using var held = new HeldAnswers(FakeFault.Answer(500, """{"error":"e"}"""));
        scene.Imds.Faults = held.Hold;
        var both = Task.WhenAll(scene.GetAsync(0, SharingScene.Vault), scene.GetAsync(1, SharingScene.Vault));
        await Eventually.HoldsAsync(() => held.Waiting == 1 && scene.Proxy.Waiting == 2);
        held.Release();
        (await both).ShouldAllBe(answer => answer.Status == 500);
        scene.ImdsRequests.ShouldBe(1);
        scene.Imds.Faults = null;
        (await scene.GetAsync(0, SharingScene.Vault)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task RequestId_OfOneCaller_IsSentToNoOther()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both());
        scene.Imds.Faults = _ => FakeFault.Header("x-ms-client-request-id", "of-the-first");
        var request = RawRequest.Get(SharingScene.Vault).With("x-ms-client-request-id", "of-the-first");
        await RawHttp.SendAsync(scene.Proxy.EndPoint, request, SharingScene.Pod(0));
        (await scene.GetAsync(1, SharingScene.Vault)).Header("x-ms-client-request-id").ShouldBeNull();
        scene.Imds.Requests[0].Headers.ShouldNotContain(header => header.Key.Equals("x-ms-client-request-id", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task WouldDeny_InAuditMode_NeitherFillsNorReadsTheCache()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both("a"), mode: "audit");
        foreach (var pod in new[] { 0, 1, 1, 0 })
        {
            (await scene.GetAsync(pod, SharingScene.Vault)).Status.ShouldBe(200);
        }

        scene.ImdsRequests.ShouldBe(4);
        scene.Output.Requests.Count(record => (string?)record["verdict"] == "would-deny").ShouldBe(2);
        scene.Output.Requests.ShouldAllBe(record => !(bool)record["upstream"]!["cached"]!);
    }

    [Fact]
    public async Task Tokens_Issued_AppearNowhereElse()
    {
        await using var scene = await SharingScene.StartAsync(SharingScene.Both("a"));
        FakeFault?[] faults = [null, FakeFault.Truncate(900), FakeFault.Member("client_id", SharingScene.Ingest), FakeFault.Member("resource", "x"), FakeFault.Cut(900), FakeFault.Gzip, FakeFault.Pad(70_000)];
        foreach (var fault in faults)
        {
            scene.Imds.Faults = scene.RecordingTokens(_ => fault);
            await scene.GetAsync(0, SharingScene.Vault + "&bypass_cache=true");
            await scene.GetAsync(1, SharingScene.Vault);
        }

        scene.Issued.Count.ShouldBeGreaterThan(3);
        foreach (var part in scene.Issued.SelectMany(token => token.Split('.')).Where(part => part.Length > 60).Distinct(StringComparer.Ordinal))
        {
            scene.Output.Text.ShouldNotContain(part[..40]);
        }
    }

    private static long Seconds(JsonElement answer, string name) => long.Parse(answer.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
