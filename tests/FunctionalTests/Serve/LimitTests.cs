using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.FakeImds;
using ImdsProxy.Listen;
using ImdsProxy.Serving;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

public sealed class LimitTests
{
    [Theory]
    [InlineData("enforce")]
    [InlineData("audit")]
    public async Task RequestsInFlight_OverTheLimit_AreRefusedInEnforceModeOnly(string mode)
    {
        await using var scene = await StartAsync(mode, listen => listen with { MaxRequestsPerCaller = 2 }, TimeSpan.FromMilliseconds(800));
        scene.Imds.Faults = _ => FakeFault.Stall;
        var held = new[] { scene.GetAsync(Pods.FluentBit, Targets.Location), scene.GetAsync(Pods.FluentBit, Targets.KustoToken) };
        await Eventually.HoldsAsync(() => scene.Imds.Requests.Count == 2);
        scene.Imds.Faults = null;

        var answer = await scene.GetAsync(Pods.FluentBit, Targets.Location);
        var other = await scene.GetAsync(Pods.Autoscaler, Targets.Instance);
        var record = scene.Audit.Requests[0];
        ((string?)record["reason"]).ShouldBe("rate-limited");
        other.Status.ShouldBe(200);
        if (mode == "enforce")
        {
            answer.Status.ShouldBe(429);
            answer.Header("Retry-After").ShouldBe("1");
            ((string?)record["verdict"]).ShouldBe("denied");
        }
        else
        {
            answer.Status.ShouldBe(200);
            ((string?)record["verdict"]).ShouldBe("would-deny");
        }

        await Task.WhenAll(held);
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
        ((string?)scene.Audit.Requests[^1]["reason"]).ShouldBe("rule");
    }

    [Fact]
    public async Task Connections_OfOneCallerOverTheLimit_AreClosedAndCounted()
    {
        await using var scene = await StartAsync("audit", listen => listen with { MaxConnectionsPerCaller = 2 });
        await using var first = await scene.ConnectAsync(Pods.Web);
        await using var second = await scene.ConnectAsync(Pods.Web);
        (await first.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();
        (await second.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();
        (await IsTurnedAwayAsync(scene, Pods.Web)).ShouldBeTrue();

        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
        (await scene.ManagementAsync("/metrics")).Text.ShouldContain("imds_proxy_connections_refused_total{reason=\"caller-limit\"} 1");
        scene.Audit.Requests.Count.ShouldBe(3);
    }

    // A refusal takes time, so that a caller that asks again at once does not take the processor from the others.
    [Fact]
    public async Task Refusals_OfACallerThatAsksAgainAtOnce_AreFew()
    {
        const int connections = 8;
        await using var scene = await StartAsync("enforce", listen => listen with { MaxRequestsPerCaller = 1 }, TimeSpan.FromSeconds(4));
        scene.Imds.Faults = _ => FakeFault.Stall;
        var held = scene.GetAsync(Pods.FluentBit, Targets.Location);
        await Eventually.HoldsAsync(() => scene.Imds.Requests.Count == 1);

        var began = Stopwatch.GetTimestamp();
        var refused = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            await using var connection = await scene.ConnectAsync(Pods.FluentBit);
            var count = 0;
            while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(1) && (await connection.ExchangeAsync(RawRequest.Get(Targets.Location)))?.Status == 429)
            {
                count++;
            }

            return count;
        }));

        refused.Sum().ShouldBeInRange(connections, (int)(connections * Stopwatch.GetElapsedTime(began) / TimeSpan.FromMilliseconds(200)));
        await held;
    }

    [Fact]
    public async Task Connections_OfACallerThatConnectsAgainAtOnce_AreRefusedSlowly()
    {
        const int clients = 8;
        await using var scene = await StartAsync("enforce", listen => listen with { MaxConnectionsPerCaller = 1 });
        await using var first = await scene.ConnectAsync(Pods.Web);
        (await first.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();

        var began = Stopwatch.GetTimestamp();
        var refused = await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            var count = 0;
            while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(1.5) && await IsTurnedAwayAsync(scene, Pods.Web))
            {
                count++;
            }

            return count;
        }));

        refused.Sum().ShouldBeInRange(clients, (int)(clients * Stopwatch.GetElapsedTime(began) / TimeSpan.FromMilliseconds(800)));
        (await first.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();
    }

    [Fact]
    public async Task Connections_OverTheTotalLimit_AreClosed()
    {
        await using var scene = await StartAsync("audit", listen => listen with { MaxConnections = 2 });
        await using var first = await scene.ConnectAsync(Pods.Web);
        await using var second = await scene.ConnectAsync(Pods.FluentBit);
        (await first.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();
        (await second.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();
        (await IsTurnedAwayAsync(scene, Pods.Autoscaler)).ShouldBeTrue();
    }

    [Fact]
    public async Task Connections_AllTakenByOneCaller_LeaveRoomForAnother()
    {
        await using var scene = await StartAsync("audit", listen => listen with { MaxConnections = 3 });
        await using var first = await scene.ConnectAsync(Pods.Web);
        await using var second = await scene.ConnectAsync(Pods.Web);
        await using var third = await scene.ConnectAsync(Pods.Web);
        (await second.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();
        (await first.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();
        (await third.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull();

        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);

        (await second.ClosesAsync()).ShouldBeTrue("it had been idle for longest");
        (await first.ExchangeAsync(RawRequest.Get(Targets.Location))).ShouldNotBeNull().Status.ShouldBe(200);
        (await scene.ManagementAsync("/metrics")).Text.ShouldContain("imds_proxy_connections_refused_total{reason=\"displaced\"} 1");
    }

    [Fact]
    public async Task UnreadAnswers_EndTheConnection()
    {
        await using var scene = await StartAsync("audit", listen => listen with { ReadTimeout = TimeSpan.FromMilliseconds(400) });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
        socket.Bind(new IPEndPoint(Pods.Web, 0));
        await socket.ConnectAsync(scene.Proxy.EndPoint);
        for (var i = 0; i < 20; i++)
        {
            await socket.SendAsync(RawRequest.Get(Targets.Instance).ToBytes());
        }

        await Eventually.HoldsAsync(async () =>
            (await scene.ManagementAsync("/metrics")).Text.Contains("imds_proxy_connections_refused_total{reason=\"slow-reader\"} 1", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => IsReset(socket));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_OverTheLimit_YieldsStatus400(bool chunked)
    {
        await using var scene = await StartAsync("audit", listen => listen with { MaxBody = 1024 });
        var body = $$"""{"StartRequests":[{"EventId":"{{new string('a', 1500)}}"}]}""";
        var post = new RawRequest("POST", Targets.ScheduledEvents);
        var request = chunked
            ? post.With("Transfer-Encoding", "chunked") with { Body = $"{body.Length:x}\r\n{body}\r\n0\r\n\r\n" }
            : post.WithBody(body);
        (await scene.SendAsync(Pods.FluentBit, request)).Status.ShouldBe(400);
        ((string?)scene.Record()["verdict"]).ShouldBe("rejected");
        scene.Imds.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Body_FarOverTheLimit_IsRefusedOnce()
    {
        await using var scene = await StartAsync("audit", listen => listen with { MaxBody = 1024 });
        var answer = await scene.SendAsync(Pods.FluentBit, new RawRequest("POST", Targets.ScheduledEvents).WithBody(new string(' ', 100_000)));
        answer.Status.ShouldBeInRange(400, 413);
        scene.Record();
        scene.Imds.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Body_NeverFinished_TimesOut()
    {
        await using var scene = await StartAsync("audit", listen => listen with { BodyTimeout = TimeSpan.FromMilliseconds(300) });
        await using var connection = await scene.ConnectAsync(Pods.FluentBit);
        await connection.SendAsync(new RawRequest("POST", Targets.ScheduledEvents).With("Content-Length", "20") with { Body = "{" });
        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(400);
        scene.Imds.Requests.ShouldBeEmpty();
        ((string?)scene.Record()["verdict"]).ShouldBe("rejected");
    }

    [Fact]
    public async Task ManySlowSenders_BlockNoOtherClient()
    {
        await using var scene = await StartAsync("audit", listen => listen with { HeadersTimeout = TimeSpan.FromSeconds(1), MaxConnectionsPerCaller = 64 });
        var slow = new List<RawConnection>();
        try
        {
            for (var i = 0; i < 64; i++)
            {
                var connection = await scene.ConnectAsync(Pods.Web);
                await connection.SendAsync(Encoding.ASCII.GetBytes("GET /metadata/instance HTTP/1.1\r\n"));
                slow.Add(connection);
            }

            (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
            foreach (var connection in slow)
            {
                (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(408);
            }
        }
        finally
        {
            foreach (var connection in slow)
            {
                await connection.DisposeAsync();
            }
        }

        await Eventually.HoldsAsync(() => scene.Audit.Requests.Count == 65);
    }

    [Fact]
    public async Task PipelinedRequests_AreDecidedOneByOneInOrder()
    {
        await using var scene = await StartAsync("enforce", listen => listen);
        await using var connection = await scene.ConnectAsync(Pods.FluentBit);
        string[] targets = [Targets.Location, Targets.Instance, Targets.KustoToken, Targets.Token(Targets.Management), Targets.Location];
        await connection.SendAsync(targets.SelectMany(target => RawRequest.Get(target).ToBytes()).ToArray());
        var statuses = new List<int>();
        for (var i = 0; i < targets.Length; i++)
        {
            statuses.Add((await connection.ReadAsync()).ShouldNotBeNull().Status);
        }

        statuses.ShouldBe([200, 403, 200, 403, 200]);
        scene.Imds.Requests.Count.ShouldBe(3);
        scene.Audit.Requests.Select(record => (int)record["response"]!["status"]!).ShouldBe(statuses);
    }

    // The bytes of a body that is not allowed must not be read as a second request.
    [Fact]
    public async Task Body_OfAGet_IsNotReadAsARequest()
    {
        await using var scene = await StartAsync("enforce", listen => listen);
        await using var connection = await scene.ConnectAsync(Pods.FluentBit);
        var hidden = Encoding.ASCII.GetString(RawRequest.Get(Targets.KustoToken).ToBytes());
        await connection.SendAsync(RawRequest.Get(Targets.Location).WithBody(hidden));
        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(400);
        await connection.SendAsync(RawRequest.Get(Targets.Location));
        await connection.ReadAsync();
        scene.Imds.Requests.ShouldAllBe(request => request.Target.StartsWith("/metadata/instance/", StringComparison.Ordinal));
    }

    private static Task<ProxyScene> StartAsync(string mode, Func<ListenOptions, ListenOptions> listen, TimeSpan? timeout = null) => ProxyScene.StartAsync(
        Policies.Cluster(mode),
        options => Slower(options with { Listen = listen(options.Listen) }, timeout));

    // The reset may arrive before the connection is established.
    private static async Task<bool> IsTurnedAwayAsync(ProxyScene scene, IPAddress pod)
    {
        try
        {
            await using var connection = await scene.ConnectAsync(pod);
            return await connection.ClosesAsync();
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static bool IsReset(Socket socket)
    {
        try
        {
            socket.Send([0]);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static ServeOptions Slower(ServeOptions options, TimeSpan? timeout) =>
        timeout is { } given ? options with { Upstream = options.Upstream with { Timeout = given } } : options;
}
