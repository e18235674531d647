using System.Collections.Immutable;
using System.Text;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>Requests that the server refuses before any handler sees them are recorded exactly once, like all others.</summary>
public sealed class RefusedTests
{
    private const string Head = "Host: 169.254.169.254\r\nMetadata: true\r\n";

    private static readonly ImmutableArray<(string Name, string Bytes)> Refused =
    [
        ("NUL in target", $"GET /metadata/in\0stance HTTP/1.1\r\n{Head}\r\n"),
        ("NUL in header", $"GET /metadata/instance HTTP/1.1\r\n{Head}X: a\0b\r\n\r\n"),
        ("CONNECT", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254:80\r\n\r\n"),
        ("asterisk", $"GET * HTTP/1.1\r\n{Head}\r\n"),
        ("OPTIONS asterisk", $"OPTIONS * HTTP/1.1\r\n{Head}\r\n"),
        ("absolute form", $"GET http://169.254.169.254/metadata/instance HTTP/1.1\r\n{Head}\r\n"),
        ("absolute form, other host", $"GET http://example.test/metadata/instance HTTP/1.1\r\n{Head}\r\n"),
        ("Host twice", $"GET /metadata/instance HTTP/1.1\r\n{Head}Host: example.test\r\n\r\n"),
        ("no Host", "GET /metadata/instance HTTP/1.1\r\nMetadata: true\r\n\r\n"),
        ("bad Host", "GET /metadata/instance HTTP/1.1\r\nHost: a b\r\nMetadata: true\r\n\r\n"),
        ("folded header", $"GET /metadata/instance HTTP/1.1\r\n{Head}X: a\r\n b\r\n\r\n"),
        ("space before colon", "GET /metadata/instance HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata : true\r\n\r\n"),
        ("header without colon", $"GET /metadata/instance HTTP/1.1\r\n{Head}X\r\n\r\n"),
        ("bare CR in header", $"GET /metadata/instance HTTP/1.1\r\n{Head}X: a\rb\r\n\r\n"),
        ("no target", $"GET  HTTP/1.1\r\n{Head}\r\n"),
        ("no version", "GET /metadata/instance\r\n\r\n"),
        ("HTTP/3.0", $"GET /metadata/instance HTTP/3.0\r\n{Head}\r\n"),
        ("TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
        ("SSH", "SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        ("Content-Length twice", $"POST {Targets.ScheduledEvents} HTTP/1.1\r\n{Head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
        ("negative Content-Length", $"POST {Targets.ScheduledEvents} HTTP/1.1\r\n{Head}Content-Length: -1\r\n\r\n{{}}"),
        ("Transfer-Encoding that is not chunked", $"POST {Targets.ScheduledEvents} HTTP/1.1\r\n{Head}Transfer-Encoding: gzip\r\n\r\n{{}}"),
        ("Transfer-Encoding twice", $"POST {Targets.ScheduledEvents} HTTP/1.1\r\n{Head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("Content-Length with Transfer-Encoding", $"POST {Targets.ScheduledEvents} HTTP/1.1\r\n{Head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("POST without a length", $"POST {Targets.ScheduledEvents} HTTP/1.0\r\n{Head}\r\n"),
        ("bad chunk", $"POST {Targets.ScheduledEvents} HTTP/1.1\r\n{Head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n"),
        ("chunk without its end", $"POST {Targets.ScheduledEvents} HTTP/1.1\r\n{Head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}xx\r\n0\r\n\r\n"),
        ("bad chunk of a GET", $"GET {Targets.Location} HTTP/1.1\r\n{Head}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ("line too long", $"GET /metadata/instance?x={new string('a', 5000)} HTTP/1.1\r\n{Head}\r\n"),
        ("headers too large", $"GET /metadata/instance HTTP/1.1\r\n{Head}X: {new string('a', 20_000)}\r\n\r\n"),
        ("too many headers", $"GET /metadata/instance HTTP/1.1\r\n{Head}{string.Concat(Enumerable.Range(0, 70).Select(i => $"X{i}: a\r\n"))}\r\n"),
    ];

    public static TheoryData<string> Names => [.. Refused.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task RefusedRequest_HasOneRecordAndNeverReachesImds(string name)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("audit", Policies.AllowAll));
        await using (var connection = await scene.ConnectAsync(Pods.Web))
        {
            await connection.SendAsync(Bytes(name));
            (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBeInRange(400, 505);
        }

        await IsRecordedOnceAsync(scene);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task RefusedRequest_AfterAGoodOne_HasItsOwnRecord(string name)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("enforce", Policies.AllowAll));
        await using (var connection = await scene.ConnectAsync(Pods.Web))
        {
            (await connection.ExchangeAsync(RawRequest.Get("/metadata/versions")))!.Status.ShouldBe(200);
            await connection.SendAsync(Bytes(name));
            await connection.ReadAsync();
        }

        await Eventually.HoldsAsync(() => scene.Audit.Requests.Count >= 2);
        await AllIsWrittenAsync(scene);
        scene.Audit.Requests.Select(record => (string?)record["verdict"]).ShouldBe(["allowed", "rejected"]);

        // The record must not describe the previous request.
        ((string?)scene.Audit.Requests[1]["request"]!["rawTarget"]).ShouldNotBe("/metadata/versions", StringComparer.Ordinal);
        scene.Audit.Requests.Select(record => (string?)record["id"]).Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
        scene.Imds.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Headers_NeverFinished_AreTimedOutAndRecorded()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Document("audit", Policies.AllowAll),
            options => options with { Listen = options.Listen with { HeadersTimeout = TimeSpan.FromMilliseconds(500) } });
        await using var connection = await scene.ConnectAsync(Pods.Web);
        await connection.SendAsync(Encoding.ASCII.GetBytes("GET /metadata/instance HTTP/1.1\r\nHost: a\r\n"));
        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(408);
        await IsRecordedOnceAsync(scene);
        ((int)scene.Record()["response"]!["status"]!).ShouldBe(408);
    }

    // Kestrel answers an HTTP/2 client with an HTTP/2 frame.
    [Fact]
    public async Task Http2_Preface_HasOneRecordAndNeverReachesImds()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("audit", Policies.AllowAll));
        await using (var connection = await scene.ConnectAsync(Pods.Web))
        {
            await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
            await connection.ClosesAsync();
        }

        await IsRecordedOnceAsync(scene);
    }

    [Fact]
    public async Task Connection_ThatSendsNothing_HasNoRecord()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Document("audit", Policies.AllowAll),
            options => options with { Listen = options.Listen with { KeepAlive = TimeSpan.FromMilliseconds(300) } });
        await using (await scene.ConnectAsync(Pods.Web))
        {
        }

        await using (var idle = await scene.ConnectAsync(Pods.Web))
        {
            (await idle.ClosesAsync()).ShouldBeTrue();
        }

        await AllIsWrittenAsync(scene);
        scene.Audit.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Connection_ThatEndsWithinARequest_IsRecordedOnce()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("audit", Policies.AllowAll));
        await using (var connection = await scene.ConnectAsync(Pods.Web))
        {
            await connection.SendAsync(Encoding.ASCII.GetBytes("GET /metadata/instance HTTP/1.1\r\nHo"));
        }

        await IsRecordedOnceAsync(scene);
    }

    private static ReadOnlyMemory<byte> Bytes(string name) => Encoding.Latin1.GetBytes(Refused.Single(row => row.Name == name).Bytes);

    private static async Task IsRecordedOnceAsync(ProxyScene scene)
    {
        await Eventually.HoldsAsync(() => scene.Audit.Requests.Count >= 1);
        await AllIsWrittenAsync(scene);
        ((string?)scene.Record()["verdict"]).ShouldBe("rejected");
        ((string?)scene.Record()["reason"]).ShouldBe("bad-request");
        ((string?)scene.Record()["caller"]!["pod"]).ShouldBe("web-0");
        scene.Imds.Requests.ShouldBeEmpty();
    }

    // Once no connection is left, no further record can follow.
    private static Task AllIsWrittenAsync(ProxyScene scene) => Eventually.HoldsAsync(async () =>
        (await scene.ManagementAsync("/metrics")).Text.Split('\n').Contains("imds_proxy_connections 0"));
}
