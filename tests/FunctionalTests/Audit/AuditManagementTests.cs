using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ImdsProxy.Commands;
using ImdsProxy.FunctionalTests.Serve;
using ImdsProxy.Management;
using ImdsProxy.Sources.Proxy;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Audit;

/// <summary>The log of a running proxy, queried at its management address.</summary>
public sealed class AuditManagementTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("audit-management-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("search --verdict denied", true, 0)]
    [InlineData("search --verdict denied", false, 2)]
    [InlineData("search --verdict failed", true, 1)]
    [InlineData("stats --by namespace,verdict", true, 0)]
    [InlineData("stats --by namespace,verdict", false, 2)]
    [InlineData("stats --verdict failed", true, 1)]
    [InlineData("stats -o csv --top 1 --since 1h --not --kind event", true, 0)]
    [InlineData("top --verdict denied", false, 2)]
    [InlineData("stats --by namespace,namespace", true, 2)]
    [InlineData("stats --top 0", true, 2)]
    public async Task Audit_OverTcp_NeedsTheToken(string arguments, bool token, int exitCode)
    {
        await using var scene = await StartAsync();
        string[] all = ["audit", .. arguments.Split(' '), "--management", scene.Proxy.Management.ToString()!, .. token ? (string[])["--management-token-file", scene.TokenPath] : []];

        (await RootCommandLine.InvokeAsync(all)).ShouldBe(exitCode);
    }

    [Fact]
    public async Task Audit_OverTheUnixSocket_NeedsNoToken()
    {
        var address = $"unix:{_directory.FullName}/management.sock";
        await using var scene = await StartAsync(address);
        var client = new AuditManagementClient(new ManagementClient(ManagementAddress.Parse(address), token: null));

        var denied = await LinesAsync(client, "/audit/search?kind=request&verdict=denied");
        var counts = await LinesAsync(client, "/audit/stats?kind=request&by=namespace,verdict&top=5");

        denied.ShouldHaveSingleItem().GetProperty("caller").GetProperty("namespace").GetString().ShouldBe("shop");
        counts.Select(line => $"{line.GetProperty("namespace")} {line.GetProperty("verdict")} {line.GetProperty("count")}")
            .ShouldBe(["logging allowed 1", "shop denied 1"], ignoreOrder: true);
        (await RootCommandLine.InvokeAsync(["audit", "stats", "--management", address])).ShouldBe(0);
    }

    [Fact]
    public async Task Follow_OverTheUnixSocket_ShowsNewRecords()
    {
        var address = $"unix:{_directory.FullName}/management.sock";
        await using var scene = await StartAsync(address);
        var client = new AuditManagementClient(new ManagementClient(ManagementAddress.Parse(address), token: null));
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

        var following = client.EachAsync(
            "/audit/search?verdict=denied&last=1&follow=true",
            line =>
            {
                // The earlier line shows that the follower is in place.
                if (!Encoding.UTF8.GetString(line.Span).Contains("/metadata/instance/compute/name", StringComparison.Ordinal))
                {
                    return new ValueTask(scene.GetAsync(Pods.Web, "/metadata/instance/compute/name"));
                }

                seen.TrySetResult(Encoding.UTF8.GetString(line.Span));
                return ValueTask.CompletedTask;
            },
            () => Task.CompletedTask,
            enough.Token);

        (await seen.Task.WaitAsync(enough.Token)).ShouldContain("\"verdict\":\"denied\"");
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => following);
    }

    [Fact]
    public async Task Audit_OfAServerThatIsNotAProxy_Fails()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var asking = RootCommandLine.InvokeAsync(["audit", "stats", "--management", other.LocalEndpoint.ToString()!]);
        using (var client = await other.AcceptTcpClientAsync())
        {
            await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n"u8.ToArray());
            (await asking).ShouldBe(2);
        }
    }

    private static async Task<List<JsonElement>> LinesAsync(AuditManagementClient client, string query)
    {
        List<JsonElement> lines = [];
        await client.EachAsync(
            query,
            line =>
            {
                lines.Add(JsonElement.Parse(line.Span));
                return ValueTask.CompletedTask;
            },
            () => Task.CompletedTask,
            CancellationToken.None);
        return lines;
    }

    // One permitted and one denied request.
    private async Task<ProxyScene> StartAsync(string? socket = null)
    {
        var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"), options => options with
        {
            Audit = options.Audit with { Directory = Path.Combine(_directory.FullName, "log") },
            Management = socket is null ? options.Management : new ManagementOptions { Management = ManagementAddress.Parse(socket) },
        });
        await scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        await scene.GetAsync(Pods.Web, Targets.Location);
        return scene;
    }
}
