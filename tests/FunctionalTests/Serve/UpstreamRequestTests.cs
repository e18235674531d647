using System.Collections.Immutable;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>IMDS receives the canonical request and the few headers it needs, whatever the caller sent.</summary>
public sealed class UpstreamRequestTests
{
    private static readonly ImmutableArray<KeyValuePair<string, string>> Noise =
    [
        new("Accept", "application/json"), new("Accept-Encoding", "gzip, deflate, br"), new("Accept-Language", "en"), new("User-Agent", "azsdk-net-Identity/1.21"),
        new("Cookie", "a=b"), new("Authorization", "Bearer x"), new("Proxy-Authorization", "Basic x"), new("Via", "1.1 x"),
        new("X-Forwarded-Proto", "http"), new("X-Request-Id", "1f"), new("X-B3-TraceId", "80f198ee56343ba8"),
        new("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), new("tracestate", "a=b"), new("baggage", "a=b"), new("Request-Id", "|1."), new("Correlation-Context", "a=b"),
        new("Range", "bytes=0-10"), new("If-None-Match", "*"), new("If-Modified-Since", "Sat, 21 Nov 2026 04:30:00 GMT"), new("Cache-Control", "no-cache"), new("Origin", "http://x"), new("Referer", "http://x"),
        new("Content-Type", "application/x-www-form-urlencoded"), new("X-Azure-Ref", "x"), new("X-HTTP-Method-Override", "POST"), new("X-Original-URL", "/metadata/instance"), new("Expect", "100-continue"), new("TE", "trailers"),
    ];

    /// <summary>The headers that enforce mode refuses.</summary>
    private static readonly ImmutableArray<KeyValuePair<string, string>> Relayed =
        [new("Forwarded", "for=10.0.0.1"), new("X-Forwarded-Host", "x"), new("X-Real-IP", "10.0.0.1")];

    [Theory]
    [InlineData(null)]
    [InlineData("keep-alive")]
    [InlineData("Upgrade")]
    [InlineData("close")]
    public async Task Get_WithAllKindsOfHeaders_ForwardsThree(string? connection) =>
        await SendAllHeadersAsync("audit", [.. Noise, .. Relayed], connection, "\nx-ms-client-request-id: 3fa1\nx-ms-return-client-request-id: true");

    // An answer that several callers may share must not depend on headers of the first caller.
    [Theory]
    [InlineData(null)]
    [InlineData("Upgrade")]
    public async Task SharedGet_WithAllKindsOfHeaders_ForwardsOne(string? connection) =>
        await SendAllHeadersAsync("enforce", Noise, connection, "");

    private static async Task SendAllHeadersAsync(string mode, ImmutableArray<KeyValuePair<string, string>> noise, string? connection, string more)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster(mode));
        foreach (var target in new[] { Targets.Location, Targets.KustoToken })
        {
            var request = RawRequest.Get(target).With("x-ms-client-request-id", "3fa1").With("x-ms-return-client-request-id", "true");
            request = request with { Headers = [.. request.Headers, .. noise] };
            request = connection is null ? request : request.With("Connection", connection);
            request = connection == "Upgrade" ? request.With("Upgrade", "websocket").With("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==").With("Sec-WebSocket-Version", "13") : request;
            (await scene.SendAsync(Pods.FluentBit, request)).Status.ShouldBe(200);
        }

        scene.Imds.Requests.Count.ShouldBe(2);
        scene.Imds.Requests.ShouldAllBe(heard => Headers(heard) == $"Host: {scene.Imds.Endpoint}\nMetadata: true{more}");
        scene.Imds.Requests[0].Target.ShouldBe("/metadata/instance/compute/location?api-version=2021-02-01&format=text");
        scene.Imds.Requests[1].Target.ShouldBe(
            $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fapi.kusto.windows.net&client_id={Policies.Ingest}");
    }

    [Theory]
    [InlineData("True")]
    [InlineData("TRUE")]
    public async Task MetadataSegment_InAnotherCase_IsForwardedUnchanged(string value)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await scene.SendAsync(Pods.FluentBit, RawRequest.Get(Targets.Location).Without("Metadata").With("metadata", value));
        scene.Imds.Requests.ShouldHaveSingleItem().Header("Metadata").ShouldBe(value);
    }

    [Fact]
    public async Task Get_InAnotherSpelling_ArrivesCanonical()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var target = $"/METADATA/identity/oauth2/token/?client_id={Policies.Ingest.ToUpperInvariant()}&resource=https://api.kusto.windows.net&api-version=2018-02-01";
        (await scene.GetAsync(Pods.FluentBit, target)).Status.ShouldBe(200);
        scene.Imds.Requests.ShouldHaveSingleItem().Target.ShouldBe(
            $"/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fapi.kusto.windows.net&client_id={Policies.Ingest}");
    }

    [Theory]
    [InlineData(Targets.ScheduledEvents, Targets.Approval)]
    [InlineData("/metadata/identity/issuecredential?cred-api-version=2.0&client_id=" + Policies.Ingest, "{}")]
    public async Task ChunkedPost_IsForwardedWithItsLength(string target, string body)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Document("enforce", Policies.AllowAll));
        var post = new RawRequest("POST", target)
            .With("Transfer-Encoding", "chunked")
            .With("Content-Type", "application/json; charset=utf-8")
            .With("Accept-Encoding", "gzip");
        var request = post with { Body = $"1\r\n{body[..1]}\r\n{body.Length - 1:x}\r\n{body[1..]}\r\n0\r\n\r\n" };
        (await scene.SendAsync(Pods.Web, request)).Status.ShouldBe(200);
        var heard = scene.Imds.Requests.ShouldHaveSingleItem();
        heard.Body.ShouldBe(body);
        Headers(heard).ShouldBe($"Content-Length: {body.Length}\nContent-Type: application/json\nHost: {scene.Imds.Endpoint}\nMetadata: true");
    }

    [Fact]
    public async Task Approval_IsRecordedWithItsEvents()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await scene.SendAsync(Pods.FluentBit, new RawRequest("POST", Targets.ScheduledEvents).WithBody("""{"StartRequests":[{"EventId":"e1"},{"EventId":"e2"}]}"""));
        scene.Record()["request"]!["eventIds"]!.AsArray().Select(id => (string?)id).ShouldBe(["e1", "e2"]);
    }

    // Otherwise a caller could hide an approved event among many invented ones in the record.
    [Fact]
    public async Task Approval_OfMoreEventsThanARecordHolds_IsMalformed()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var events = string.Join(',', Enumerable.Range(0, 65).Select(i => $$"""{"EventId":"{{i}}"}"""));
        (await scene.SendAsync(Pods.FluentBit, new RawRequest("POST", Targets.ScheduledEvents).WithBody($$"""{"StartRequests":[{{events}}]}"""))).Status.ShouldBe(400);
        scene.Imds.Requests.ShouldBeEmpty();
    }

    // A header that cannot be sent would let a pod make IMDS look unreachable.
    [Theory]
    [InlineData("\u00e9")]
    [InlineData("LONG")]
    public async Task ClientRequestId_Invalid_IsOmitted(string value)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var id = value == "LONG" ? new string('a', 4000) : System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(value));
        foreach (var target in new[] { Targets.Location, Targets.KustoToken })
        {
            (await scene.SendAsync(Pods.FluentBit, RawRequest.Get(target).With("x-ms-client-request-id", id))).Status.ShouldBe(200);
        }

        scene.Imds.Requests.ShouldAllBe(request => request.Header("x-ms-client-request-id") == null);
    }

    [Fact]
    public async Task CookieOfImds_IsSentToNoOtherCaller()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        scene.Imds.Faults = _ => FakeFault.Header("Set-Cookie", "a=b");
        await scene.GetAsync(Pods.FluentBit, Targets.Location);
        await scene.GetAsync(Pods.FluentBit, Targets.Location);
        scene.Imds.Requests.ShouldAllBe(request => request.Header("Cookie") == null);
    }

    private static string Headers(RecordedRequest request) =>
        string.Join('\n', request.Headers.OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase).Select(header => $"{header.Key}: {header.Value}"));
}
