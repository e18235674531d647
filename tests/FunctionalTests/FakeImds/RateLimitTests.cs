using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class RateLimitTests
{
    private const string Versions = "/metadata/versions";
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(Versions, 5)]
    [InlineData(Token, 20)]
    public async Task Requests_AboveTheRate_AreThrottledUntilTheNextSecond(string target, int limit)
    {
        await using var imds = await StartAsync();
        for (var i = 0; i < limit; i++)
        {
            (await RawHttp.GetAsync(imds.Endpoint, target)).Status.ShouldBe(200);
        }

        var throttled = await RawHttp.GetAsync(imds.Endpoint, target);
        throttled.Status.ShouldBe(429);
        throttled.Text.ShouldBe("""{"error":"invalid_request","error_description":"Temporarily throttled, too many requests"}""");
        _time.Advance(TimeSpan.FromMilliseconds(999));
        (await RawHttp.GetAsync(imds.Endpoint, target)).Status.ShouldBe(429);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await RawHttp.GetAsync(imds.Endpoint, target)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task RateLimits_OfIdentitiesAndOthers_AreSeparate()
    {
        await using var imds = await StartAsync();
        for (var i = 0; i < 6; i++)
        {
            await RawHttp.GetAsync(imds.Endpoint, Versions);
        }

        (await RawHttp.GetAsync(imds.Endpoint, Token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task TokenRequests_MoreThanFiveAtOnce_AreThrottledUntilOneEnds()
    {
        await using var imds = await StartAsync();
        imds.Faults = _ => FakeFault.Stall;
        var stalled = new List<RawConnection>();
        for (var i = 0; i < 5; i++)
        {
            var connection = await RawConnection.ConnectAsync(imds.Endpoint);
            await connection.SendAsync(RawRequest.Get(Token));
            stalled.Add(connection);
        }

        await Eventually.HoldsAsync(() => imds.Requests.Count == 5);
        imds.Faults = null;
        (await RawHttp.GetAsync(imds.Endpoint, Token)).Status.ShouldBe(429);
        await stalled[0].DisposeAsync();
        await Eventually.HoldsAsync(async () => (await RawHttp.GetAsync(imds.Endpoint, Token)).Status == 200);
        foreach (var connection in stalled)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Limits_Off_ThrottleNothing()
    {
        await using var imds = await FakeImdsServer.StartAsync(new() { Time = _time });
        for (var i = 0; i < 50; i++)
        {
            (await RawHttp.GetAsync(imds.Endpoint, Versions)).Status.ShouldBe(200);
        }
    }

    private Task<FakeImdsServer> StartAsync() => FakeImdsServer.StartAsync(new() { RateLimited = true, Time = _time });
}
