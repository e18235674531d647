using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Management;

public sealed class ManagementListenerTests
{
    [Fact]
    public async Task Readyz_WithAFailedCheck_Is503WithEachReason()
    {
        string? reason = "no policy was ever loaded";
        await using var site = await ManagementSite.StartTcpAsync();
        site.Readiness.Add("policy", () => reason);
        site.Readiness.Add("audit", () => null);

        var refused = await GetAsync(site.Tcp, "/readyz");
        refused.Status.ShouldBe(503);
        refused.Header("Content-Type").ShouldBe("application/json");
        refused.Text.ShouldBe("""{"status":"not-ready","checks":[{"name":"policy","ready":false,"reason":"no policy was ever loaded"},{"name":"audit","ready":true}]}""");

        reason = null;
        var ready = await GetAsync(site.Tcp, "/readyz");
        ready.Status.ShouldBe(200);
        ready.Text.ShouldBe("""{"status":"ready","checks":[{"name":"policy","ready":true},{"name":"audit","ready":true}]}""");
    }

    [Fact]
    public async Task Livez_WhileNotReady_Is200UntilItsOwnCheckFails()
    {
        string? reason = null;
        await using var site = await ManagementSite.StartTcpAsync();
        site.Readiness.Add("policy", () => "none");
        site.Liveness.Add("listener", () => reason);
        (await GetAsync(site.Tcp, "/livez")).Status.ShouldBe(200);

        reason = "the data listener ended";

        var dead = await GetAsync(site.Tcp, "/livez");
        dead.Status.ShouldBe(503);
        dead.Text.ShouldBe("""{"status":"not-alive","checks":[{"name":"listener","ready":false,"reason":"the data listener ended"}]}""");
    }

    [Fact]
    public async Task Metrics_OverTcp_AreOpen()
    {
        await using var site = await ManagementSite.StartTcpAsync();
        site.MeasureAll();

        var answer = await GetAsync(site.Tcp, "/metrics");

        answer.Status.ShouldBe(200);
        answer.Header("Content-Type").ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        answer.Header("Server").ShouldBeNull();
        answer.Text.ShouldContain("\nimds_proxy_denied_total{namespace=\"web\",quiet=\"false\"} 1\n");
    }

    [Theory]
    [InlineData("/policy")]
    [InlineData("/callers")]
    public async Task ProtectedPath_OverTcpWithoutTokenFile_Is403WithInstructions(string path)
    {
        await using var site = await ManagementSite.StartTcpAsync();

        var answer = await GetAsync(site.Tcp, path, ("Authorization", "Bearer " + ManagementSite.Token));

        answer.Status.ShouldBe(403);
        answer.Text.ShouldStartWith("{\"error\":\"forbidden\",\"error_description\":\"");
        answer.Text.ShouldContain("--management-token-file");
        answer.Text.ShouldContain("unix:PATH");
    }

    public static TheoryData<string?, string, int> Tokens => new()
    {
        { $"Bearer {ManagementSite.Token}", "/callers", 200 },
        { $"bearer {ManagementSite.Token}", "/callers", 200 },
        { null, $"/callers?access_token={Uri.EscapeDataString(ManagementSite.Token)}", 200 },
        { null, "/callers", 401 },
        { null, "/callers?access_token=", 401 },
        { null, "/callers?access_token=correct", 401 },
        { "Bearer", "/callers", 401 },
        { "Bearer ", "/callers", 401 },
        { $"Basic {ManagementSite.Token}", "/callers", 401 },
        { ManagementSite.Token, "/callers", 401 },
        { $"Bearer {ManagementSite.Token}x", "/callers", 401 },
        { "Bearer correct horse battery stapl", "/callers", 401 },
        { "Bearer Correct horse battery staple", "/callers", 401 },
        { "Bearer wrong", $"/callers?access_token={Uri.EscapeDataString(ManagementSite.Token)}", 401 },
    };

    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task ProtectedPath_OverTcp_NeedsTheToken(string? header, string target, int status)
    {
        await using var site = await ManagementSite.StartTcpAsync(withToken: true);

        var answer = header is null ? await GetAsync(site.Tcp, target) : await GetAsync(site.Tcp, target, ("Authorization", header));

        answer.Status.ShouldBe(status);
        answer.Header("WWW-Authenticate").ShouldBe(status == 401 ? "Bearer" : null);
        answer.Text.ShouldNotContain(ManagementSite.Token);
        answer.Header("Cache-Control").ShouldBe("no-store");
    }

    [Fact]
    public async Task TokenFile_Changed_TakesEffectAtOnce()
    {
        await using var site = await ManagementSite.StartTcpAsync(withToken: true);
        const string Next = "another token of some length";

        await File.WriteAllTextAsync(site.TokenFile, Next);

        (await GetAsync(site.Tcp, "/callers", ("Authorization", $"Bearer {ManagementSite.Token}"))).Status.ShouldBe(401);
        (await GetAsync(site.Tcp, "/callers", ("Authorization", $"Bearer {Next}"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("short")]
    [InlineData(null)]
    public async Task TokenFile_EmptyShortOrMissing_AdmitsNobody(string? content)
    {
        await using var site = await ManagementSite.StartTcpAsync(withToken: true);
        File.Delete(site.TokenFile);
        if (content is not null)
        {
            await File.WriteAllTextAsync(site.TokenFile, content);
        }

        (await GetAsync(site.Tcp, "/callers", ("Authorization", $"Bearer {content?.Trim()}"))).Status.ShouldBe(401);
        (await GetAsync(site.Tcp, $"/callers?access_token={content?.Trim()}")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task PolicyPage_WithTheToken_ShowsThePolicyInForce()
    {
        await using var site = await ManagementSite.StartTcpAsync(withToken: true);
        var authorization = ("Authorization", $"Bearer {ManagementSite.Token}");
        (await GetAsync(site.Tcp, "/policy", authorization)).Status.ShouldBe(404);

        site.Policy = new("3f2a", "enforce", "file:/etc/imds-proxy/policy.json", new(2026, 11, 21, 4, 30, 0, TimeSpan.Zero)) { NewerRefused = true };

        (await GetAsync(site.Tcp, "/policy", authorization)).Text.ShouldBe(
            """{"revision":"3f2a","mode":"enforce","source":"file:/etc/imds-proxy/policy.json","loadedAt":"2026-11-21T04:30:00Z","newerRefused":true}""");
    }

    [Theory]
    [InlineData("127.0.0.1:16255", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("localhost:8080", 200)]
    [InlineData("LOCALHOST", 200)]
    [InlineData("[::1]:16255", 200)]
    [InlineData("attacker.example:16255", 421)]
    [InlineData("localhost.attacker.example", 421)]
    [InlineData("10.0.0.7:16255", 421)]
    [InlineData("", 421)]
    public async Task HostHeader_OfAnotherSite_IsRefused(string host, int status)
    {
        await using var site = await ManagementSite.StartTcpAsync();

        var answer = await RawHttp.SendAsync(site.Tcp, new RawRequest("GET", "/livez") { Headers = [new("Host", host)] });

        answer.ShouldNotBeNull().Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("POST", "/callers", 405)]
    [InlineData("HEAD", "/livez", 405)]
    [InlineData("DELETE", "/policy", 405)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/Callers", 404)]
    [InlineData("GET", "/metrics/", 404)]
    [InlineData("GET", "/callers/x", 404)]
    public async Task OtherPathOrMethod_IsRefused(string method, string target, int status)
    {
        await using var site = await ManagementSite.StartTcpAsync(withToken: true);

        var answer = await RawHttp.SendAsync(site.Tcp, Local(method, target).With("Authorization", $"Bearer {ManagementSite.Token}"));

        answer.ShouldNotBeNull().Status.ShouldBe(status);
        answer.Header("Allow").ShouldBe(status == 405 ? "GET" : null);
    }

    [Fact]
    public async Task Handler_ThatThrows_Is500WithoutItsText()
    {
        await using var site = await ManagementSite.StartTcpAsync(withToken: true);

        var answer = await GetAsync(site.Tcp, "/broken", ("Authorization", $"Bearer {ManagementSite.Token}"));

        answer.Status.ShouldBe(500);
        answer.Text.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("/metrics", 200)]
    [InlineData("/livez", 200)]
    [InlineData("/readyz", 200)]
    [InlineData("/policy", 404)]
    [InlineData("/callers", 404)]
    public async Task MetricsListener_ServesOnlyTheOpenPaths(string path, int status)
    {
        await using var site = await ManagementSite.StartTcpAsync(withToken: true, withMetrics: true);
        var metrics = site.Listener.Metrics.ShouldNotBeNull();
        metrics.Port.ShouldNotBe(site.Tcp.Port);

        (await GetAsync(metrics, path, ("Authorization", $"Bearer {ManagementSite.Token}"))).Status.ShouldBe(status);
    }

    [Fact]
    public async Task MetricsListener_OnAllAddresses_AcceptsTheAddressItWasReachedAt()
    {
        await using var site = new ManagementSite();
        await site.StartAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(site.SocketFile), null, new IPEndPoint(IPAddress.Any, 0));
        var metrics = new IPEndPoint(IPAddress.Loopback, site.Listener.Metrics.ShouldNotBeNull().Port);

        (await GetAsync(metrics, "/livez")).Status.ShouldBe(200);
        site.Listener.Management.ShouldBeOfType<System.Net.Sockets.UnixDomainSocketEndPoint>();
    }

    [Fact]
    public async Task MetricsListener_WithManyIdleConnections_StillAnswersTheScraper()
    {
        await using var site = await ManagementSite.StartTcpAsync(withMetrics: true);
        var metrics = site.Listener.Metrics!;
        List<Socket> idle = [];
        try
        {
            for (var i = 0; i < 64; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(20 + (i % 8))]), 0));
                try
                {
                    await socket.ConnectAsync(metrics);
                }
                catch (SocketException)
                {
                    // One connection more than a pod may have.
                }
            }

            (await GetAsync(metrics, "/metrics")).Status.ShouldBe(200);
            (await GetAsync(site.Tcp, "/livez")).Status.ShouldBe(200);
        }
        finally
        {
            idle.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task MetricsListener_IdleConnection_IsClosed()
    {
        await using var site = await ManagementSite.StartTcpAsync(withMetrics: true);
        await using var connection = await RawConnection.ConnectAsync(site.Listener.Metrics!);
        (await connection.ExchangeAsync(RawRequest.Get("/livez") with { Headers = [new("Host", site.Listener.Metrics!.ToString())] })).ShouldNotBeNull().Status.ShouldBe(200);
        (await connection.ClosesAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Connection_OverHttp2_IsNotServed()
    {
        await using var site = await ManagementSite.StartTcpAsync();

        using var client = new HttpClient { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync(new Uri($"http://{site.Tcp}/livez")));
    }

    [Fact]
    public async Task Start_OnAPortOfAnotherProgram_Throws()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var site = new ManagementSite();

        await Should.ThrowAsync<IOException>(() => site.StartAsync((IPEndPoint)other.LocalEndpoint));
    }

    [Fact]
    public async Task Start_OnThePortOfAnOlderProcess_TakesOverItsRequests()
    {
        await using var older = await ManagementSite.StartTcpAsync();
        older.Readiness.Add("age", () => "I am the older one");
        await using var newer = new ManagementSite();

        await newer.StartAsync(older.Tcp);

        for (var i = 0; i < 20; i++)
        {
            (await GetAsync(older.Tcp, "/readyz")).Status.ShouldBe(200);
        }
    }

    private static async Task<RawResponse> GetAsync(IPEndPoint server, string target, params (string Name, string Value)[] headers) =>
        (await RawHttp.SendAsync(server, headers.Aggregate(Local("GET", target), (request, header) => request.With(header.Name, header.Value)))).ShouldNotBeNull();

    private static RawRequest Local(string method, string target) =>
        new(method, target) { Headers = ImmutableArray.Create(new KeyValuePair<string, string>("Host", "localhost")) };
}
