using System.Net;
using System.Text.Json;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class RequestLogTests
{
    [Fact]
    public async Task Control_ListingRequests_HasMethodRawTargetHeadersAndStatus()
    {
        await using var imds = await StartAsync();
        await RawHttp.SendAsync(imds.Endpoint, RawRequest.Get("/metadata/./versions?x=%41").With("X-Two", "a").With("X-Two", "b"));
        await RawHttp.SendAsync(imds.Endpoint, new RawRequest("POST", "/metadata/scheduledevents?api-version=2020-07-01").WithBody("{}"));
        var requests = await ReadLogAsync(imds);
        requests.GetArrayLength().ShouldBe(2);
        requests[0].GetProperty("method").GetString().ShouldBe("GET");
        requests[0].GetProperty("target").GetString().ShouldBe("/metadata/./versions?x=%41");
        requests[0].GetProperty("headers").GetProperty("Metadata").GetString().ShouldBe("true");
        requests[0].GetProperty("headers").GetProperty("X-Two").GetString().ShouldBe("a, b");
        requests[0].GetProperty("status").GetInt32().ShouldBe(200);
        requests[1].GetProperty("method").GetString().ShouldBe("POST");
        requests[1].GetProperty("body").GetString().ShouldBe("{}");
        requests[1].GetProperty("status").GetInt32().ShouldBe(400);
    }

    [Fact]
    public async Task Control_Deleted_ForgetsTheRequests()
    {
        await using var imds = await StartAsync();
        await RawHttp.GetAsync(imds.Endpoint, "/metadata/versions");
        var deletion = await RawHttp.SendAsync(Control(imds), new RawRequest("DELETE", "/_requests"));
        deletion!.Status.ShouldBe(204);
        (await ReadLogAsync(imds)).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Control_ListingALongLog_ReturnsAllOfIt()
    {
        await using var imds = await StartAsync();
        await using var connection = await RawConnection.ConnectAsync(imds.Endpoint);
        for (var i = 0; i < 600; i++)
        {
            await connection.ExchangeAsync(RawRequest.Get($"/{i}"));
        }

        var requests = await ReadLogAsync(imds);
        requests.EnumerateArray().Select(request => request.GetProperty("target").GetString()).ShouldBe(Enumerable.Range(0, 600).Select(i => $"/{i}"));
    }

    [Fact]
    public async Task DataListener_ListingRequests_IsNotFound()
    {
        await using var imds = await StartAsync();
        (await RawHttp.GetAsync(imds.Endpoint, "/_requests")).Status.ShouldBe(404);
        (await RawHttp.GetAsync(Control(imds), "/metadata/versions")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData(0, new string[0])]
    [InlineData(2, new[] { "/2", "/3" })]
    [InlineData(3, new[] { "/1", "/2", "/3" })]
    public async Task Log_Bounded_KeepsTheNewest(int capacity, string[] targets)
    {
        await using var imds = await FakeImdsServer.StartAsync(new() { RememberedRequests = capacity });
        foreach (var target in new[] { "/1", "/2", "/3" })
        {
            await RawHttp.GetAsync(imds.Endpoint, target);
        }

        imds.Requests.Select(request => request.Target).ShouldBe(targets);
    }

    private static Task<FakeImdsServer> StartAsync() =>
        FakeImdsServer.StartAsync(new() { Control = new(IPAddress.Loopback, 0) });

    private static IPEndPoint Control(FakeImdsServer imds) => IPEndPoint.Parse(imds.ControlAddress!.Authority);

    private static async Task<JsonElement> ReadLogAsync(FakeImdsServer imds) =>
        JsonElement.Parse((await RawHttp.GetAsync(Control(imds), "/_requests")).Body.Span);
}
