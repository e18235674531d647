using System.Text.Json;
using ImdsProxy.Deny;
using ImdsProxy.TestKit;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Enforce;

public sealed class HostileTests
{
    private const string Token = """{"access_token":"h.e30.s","client_id":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6","resource":"https://vault.azure.net"}""";

    private static readonly RawRequest Location = RawRequest.Get("/metadata/instance/compute/location");

    [Theory]
    [InlineData("enforce")]
    [InlineData("audit")]
    public async Task UserAgent_TruncatedWithinACharacter_IsRecorded(string mode)
    {
        await using var scene = await HostileScene.StartAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", mode);
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);

        // UTF-8 as Latin-1 characters, because RawRequest sends characters as bytes.
        var answer = await connection.ExchangeAsync(Location.With("User-Agent", new string('a', 255) + "\u00f0\u009f\u0098\u0080"));

        answer.ShouldNotBeNull().Status.ShouldBe(200);
        ((string?)scene.Records.ShouldHaveSingleItem()["verdict"]).ShouldBe("allowed");
    }

    [Fact]
    public async Task UnknownCaller_ThatDisconnectsWhileWaiting_IsRecordedAsDenied()
    {
        await using var scene = await HostileScene.StartAsync();
        await using (var connection = await scene.ConnectAsync(HostileScene.Stranger))
        {
            await connection.SendAsync(Location);
        }

        await Eventually.HoldsAsync(() => scene.Records.Count > 0);
        var record = scene.Records.ShouldHaveSingleItem();
        ((string?)record["verdict"]).ShouldBe("denied");
        ((string?)record["reason"]).ShouldBe("caller-unknown");
    }

    [Fact]
    public async Task Body_NeverFinished_LogsNoError()
    {
        await using var scene = await HostileScene.StartAsync();
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);

        var request = new RawRequest("POST", "/metadata/scheduledevents?api-version=2020-07-01").With("Connection", "close").With("Content-Length", "10") with { Body = "{}" };
        (await connection.ExchangeAsync(request)).ShouldNotBeNull().Status.ShouldBe(400);
        await connection.SendAsync("12345678"u8.ToArray());

        (await connection.ClosesAsync()).ShouldBeTrue();
        scene.Errors.ShouldBeEmpty();
    }

    // Kestrel drains an unread body only while its client is connected. After a disconnect it once parsed the body as another request.
    [Fact]
    public async Task UnreadBody_OfADisconnectedClient_IsNotReadAsARequest()
    {
        using var held = new ManualResetEventSlim();
        await using var scene = await HostileScene.StartAsync();
        scene.Held = held;
        await using var other = await scene.ConnectAsync(HostileScene.Pod);
        await other.SendAsync(RawRequest.Get("/metadata/versions"));
        await Eventually.HoldsAsync(() => scene.IsHolding);

        // The request's record waits for another record's write. Meanwhile, the server notices that the client disconnected.
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);
        await connection.SendAsync(RawRequest.Get("/metadata/instance").WithBody("{}  "));
        connection.EndSending();
        (await connection.ClosesAsync()).ShouldBeTrue();
        held.Set();

        await Eventually.HoldsAsync(() => scene.Records.Count >= 2);
        await scene.StopAsync();
        scene.Records.Select(record => (string?)record["request"]!["path"] ?? (string?)record["request"]!["rawTarget"])
            .ShouldBe(["/metadata/versions", "/metadata/instance"]);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public async Task Imds_DisconnectsAfterItsHeaders_YieldsTheUsual502(string head)
    {
        await using var scene = await HostileScene.StartAsync(head);
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);

        var answer = (await connection.ExchangeAsync(Location)).ShouldNotBeNull();

        answer.Status.ShouldBe(502);
        JsonElement.Parse(answer.Body.Span).GetProperty("error").GetString().ShouldBe("bad_gateway");
        scene.Records.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Token_InAnErrorOfImds_IsNeverPassedOn()
    {
        await using var scene = await HostileScene.StartAsync($"HTTP/1.1 400 Bad Request\r\nContent-Length: {Token.Length + 2}\r\n\r\n[{Token}]");
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);

        var answer = (await connection.ExchangeAsync(RawRequest.Get("/metadata/identity/oauth2/token?resource=https://vault.azure.net"))).ShouldNotBeNull();

        answer.Status.ShouldBe(400);
        answer.Text.ShouldNotContain("access_token");
    }

    /// <summary>Response headers that cannot be sent to a caller, for answers that are read whole, shared and cached, or streamed.</summary>
    public static TheoryData<string, string, string> BadHeads
    {
        get
        {
            var heads = new TheoryData<string, string, string>();
            foreach (var (mode, target) in new[]
            {
                ("enforce", "/metadata/identity/oauth2/token?resource=https://vault.azure.net"),
                ("audit", "/metadata/identity/oauth2/token?resource=https://vault.azure.net"),
                ("enforce", "/metadata/instance/compute"),
                ("audit", "/metadata/instance/compute"),
            })
            {
                foreach (var head in new[] { "200 OK\r\nX-A: a\u0001b", "200 OK\r\nContent-Type: a\u0007", "200 OK\r\nX-A: a\u007fb", "200 OK\r\nX-A: \u00e9", "200 O\u0001K", "205 Reset", "101 Switching Protocols" })
                {
                    heads.Add(mode, target, head);
                }
            }

            return heads;
        }
    }

    [Theory]
    [MemberData(nameof(BadHeads))]
    public async Task ResponseHeaders_ThatCannotBeSent_Yield502AndAreRecordedAsFailed(string mode, string target, string head)
    {
        await using var scene = await HostileScene.StartAsync($"HTTP/1.1 {head}\r\nContent-Length: {Token.Length}\r\n\r\n{Token}", mode);
        await using var connection = await scene.ConnectAsync(HostileScene.Pod);

        foreach (var attempt in new[] { 1, 2 })
        {
            (await connection.ExchangeAsync(RawRequest.Get(target))).ShouldNotBeNull().Status.ShouldBe(502);
            scene.Records.Count.ShouldBe(attempt);
            var record = scene.Records[^1];
            ((string?)record["verdict"]).ShouldBe("failed");
            ((string?)record["reason"]).ShouldBe("upstream-error");
            record["issued"].ShouldBeNull();
        }

        scene.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task OwnAnswer_WhileDraining_ClosesTheConnection()
    {
        var context = new DefaultHttpContext();
        context.Response.Headers.Connection = "close";
        context.Response.Headers.Server = "IMDS";

        await AnswerWriter.WriteAsync(context, Answers.Broken());

        context.Response.Headers.Connection.ToString().ShouldBe("close");
        context.Response.Headers.ContainsKey("Server").ShouldBeFalse();
    }
}
