using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.Redirect.HostPods;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>What the probe takes for an answer.</summary>
public sealed class LeaseProbeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string, string?> Answers => new()
    {
        { "ready", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nready\n", null },
        { "ready in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nready\n\r\n0\r\n\r\n", null },
        { "draining", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9\r\n\r\ndraining\n", "the proxy answers 503: draining" },
        { "ready with another status", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 6\r\n\r\nready\n", "the proxy answers 503: ready" },
        { "another word", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes", "the proxy answers 200: yes" },
        { "ready without its end", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready", "the proxy answers 200: ready" },
        { "more than ready", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nready\n\n", "the proxy answers 200: ready" },
        { "a redirect", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "the proxy answers 302" },
        { "no HTTP", "ready\n", "the proxy can't be asked: " },
        { "nothing", "", "the proxy can't be asked: " },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Answer_Read_IsReadyOnlyIfItSaysSo(string name, string answer, string? expected)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = ServeAsync(server, answer);
        var reason = await AskAsync(server);
        (await serving).ShouldStartWith("GET /.imds-proxy/host-pods HTTP/1.1\r\nHost: 127.0.0.1\r\n", Case.Sensitive, name);
        if (expected is null)
        {
            reason.ShouldBeNull(name);
        }
        else
        {
            reason.ShouldNotBeNull(name).ShouldStartWith(expected);
        }
    }

    [Fact]
    public async Task Answer_TooLong_IsNotRead()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        _ = ServeAsync(server, $"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{new string('x', 1000)}");
        (await AskAsync(server)).ShouldNotBeNull().ShouldStartWith("the proxy can't be asked: ");
    }

    // The kernel accepts the connection, but the process behind it hangs.
    [Fact]
    public async Task Proxy_Silent_IsNotReady()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        (await AskAsync(server, LeaseProbe.UsualLimit)).ShouldBe("the proxy did not answer within 300 ms");
    }

    [Fact]
    public async Task Proxy_Absent_IsNotReady()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        server.Stop();
        using var probe = new LeaseProbe(IPAddress.Loopback, port, Patience, TimeProvider.System);
        (await probe.AskAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    private static async Task<string?> AskAsync(TcpListener server, TimeSpan? limit = null)
    {
        using var probe = new LeaseProbe(IPAddress.Loopback, ((IPEndPoint)server.LocalEndpoint).Port, limit ?? Patience, TimeProvider.System);
        return await probe.AskAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> ServeAsync(TcpListener server, string answer)
    {
        using var connection = await server.AcceptSocketAsync();
        // The client connects again if the connection ends without an answer.
        server.Stop();
        var request = new byte[4096];
        var length = await connection.ReceiveAsync(request);
        await connection.SendAsync(Encoding.ASCII.GetBytes(answer));
        return Encoding.ASCII.GetString(request, 0, length);
    }
}
