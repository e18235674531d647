using System.Net;
using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Management;
using ImdsProxy.Sources.Proxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Audit;

public sealed class AuditPagesTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("?id=r1&id=r3", 200, 2)]
    [InlineData("?kind=request&not.id=r1", 200, 4)]
    [InlineData("?kind=request&last=2", 200, 2)]
    [InlineData("?kind=request&first=1", 200, 1)]
    [InlineData("?text=\"id\":\"r4\"", 200, 1)]
    [InlineData("?pod=nobody", 200, 0)]
    [InlineData("?status=abc", 400, 1)]
    [InlineData("?colour=red", 400, 1)]
    [InlineData("?last=x", 400, 1)]
    public async Task Search_ByParameters_StreamsTheLinesFound(string query, int status, int lines)
    {
        await _directory.WriteAsync(5);

        var (answered, body) = await AskAsync(pages => pages.HandleSearchAsync, query);

        answered.ShouldBe(status);
        body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(lines);
    }

    [Fact]
    public async Task Stats_ByFields_CountsThem()
    {
        await _directory.WriteAsync(5, caller: Records.PodOf("fluent-bit-qg7vq"));

        var (_, body) = await AskAsync(pages => pages.HandleStatsAsync, "?kind=request&by=verdict,pod");

        body.ShouldStartWith("""{"verdict":"allowed","pod":"fluent-bit-qg7vq","count":5,"p50Ms":""");
    }

    [Fact]
    public async Task Client_OfARunningProxy_ReturnsTheLinesOrTheRefusal()
    {
        await _directory.WriteAsync(5);
        var pages = new AuditPages(_directory.Path, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(pages.HandleSearchAsync);
        await app.StartAsync();
        var address = IPEndPoint.Parse(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority);
        var client = new AuditManagementClient(new ManagementClient(address, token: null));
        var lines = 0;

        var found = await client.EachAsync("/audit/search?kind=request", _ => Count(ref lines), () => Task.CompletedTask, CancellationToken.None);

        found.ShouldBe(5);
        lines.ShouldBe(5);
        (await Should.ThrowAsync<HttpRequestException>(() => client.EachAsync("/audit/search?status=abc", _ => ValueTask.CompletedTask, () => Task.CompletedTask, CancellationToken.None)))
            .Message.ShouldContain("403, 4xx");
    }

    private static ValueTask Count(ref int lines)
    {
        lines++;
        return ValueTask.CompletedTask;
    }

    private async Task<(int Status, string Body)> AskAsync(Func<AuditPages, RequestDelegate> handler, string query)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Request = { QueryString = new QueryString(query) }, Response = { Body = body } };
        await handler(new AuditPages(_directory.Path, TimeProvider.System))(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
