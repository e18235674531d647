using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.FakeImds;

public sealed class FaultTests
{
    private const string Token = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

    [Theory]
    [InlineData("client_id", "another")]
    [InlineData("resource", "https://management.azure.com/")]
    public async Task Member_Changed_HasTheNewValue(string name, string value)
    {
        var answer = await AskAsync(FakeFault.Member(name, value));
        JsonElement.Parse(answer.Body.Span).GetProperty(name).GetString().ShouldBe(value);
    }

    [Fact]
    public async Task Member_Removed_IsMissing() =>
        JsonElement.Parse((await AskAsync(FakeFault.Member("client_id", null))).Body.Span).TryGetProperty("client_id", out _).ShouldBeFalse();

    [Fact]
    public async Task Body_Truncated_IsShortAndComplete()
    {
        var answer = await AskAsync(FakeFault.Truncate(100));
        answer.Complete.ShouldBeTrue();
        answer.Body.Length.ShouldBe(100);
    }

    [Fact]
    public async Task Body_CutOff_EndsBeforeItsAnnouncedLength()
    {
        var answer = await AskAsync(FakeFault.Cut(100));
        answer.Complete.ShouldBeFalse();
        answer.Body.Length.ShouldBe(100);
        int.Parse(answer.Header("Content-Length")!, CultureInfo.InvariantCulture).ShouldBeGreaterThan(1000);
    }

    [Fact]
    public async Task Body_Compressed_UnpacksToTheAnswer()
    {
        var answer = await AskAsync(FakeFault.Gzip);
        answer.Header("Content-Encoding").ShouldBe("gzip");
        await using var gzip = new GZipStream(new MemoryStream(answer.Body.ToArray()), CompressionMode.Decompress);
        using var document = await JsonDocument.ParseAsync(gzip);
        document.RootElement.TryGetProperty("access_token", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Body_Padded_IsTheSameJsonAtThatSize()
    {
        var answer = await AskAsync(FakeFault.Pad(10 * 1024 * 1024));
        answer.Body.Length.ShouldBe(10 * 1024 * 1024);
        JsonElement.Parse(answer.Body.Span).TryGetProperty("access_token", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData(410)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Answer_Replaced_HasThatStatus(int status) => (await AskAsync(FakeFault.Answer(status))).Status.ShouldBe(status);

    [Fact]
    public async Task Header_Added_IsPresent() =>
        (await AskAsync(FakeFault.Header("Location", "http://elsewhere.test/"))).Header("Location").ShouldBe("http://elsewhere.test/");

    [Fact]
    public async Task Fault_ForOnePath_DoesNotAffectOthers()
    {
        await using var imds = await FakeImdsServer.StartAsync();
        imds.Faults = request => request.Path == "/metadata/versions" ? FakeFault.Answer(500) : null;
        (await RawHttp.GetAsync(imds.Endpoint, "/metadata/versions")).Status.ShouldBe(500);
        (await RawHttp.GetAsync(imds.Endpoint, Token)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Stall_WhenTheServerStops_EndsWithoutAnAnswer()
    {
        var imds = await FakeImdsServer.StartAsync();
        imds.Faults = _ => FakeFault.Stall;
        await using var connection = await RawConnection.ConnectAsync(imds.Endpoint);
        await connection.SendAsync(RawRequest.Get(Token));
        await Eventually.HoldsAsync(() => imds.Requests.Count == 1);
        imds.Requests[0].Status.ShouldBe(0);
        await imds.DisposeAsync();
        (await connection.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Latency_Set_DelaysEachAnswer()
    {
        await using var imds = await FakeImdsServer.StartAsync(new() { Latency = TimeSpan.FromMilliseconds(50) });
        var began = TimeProvider.System.GetTimestamp();
        await RawHttp.GetAsync(imds.Endpoint, "/metadata/versions");
        // The runtime's timers may fire up to one tick early.
        TimeProvider.System.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(45));
    }

    private static async Task<RawResponse> AskAsync(FakeFault fault)
    {
        await using var imds = await FakeImdsServer.StartAsync();
        imds.Faults = _ => fault;
        return await RawHttp.GetAsync(imds.Endpoint, Token);
    }
}
