using System.Net;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class HttpServerTests
{
    [Fact]
    public async Task Request_AfterAnotherOnItsConnection_HasAContextOfItsOwn()
    {
        var seen = new List<(string Connection, bool IsMarked, int Status)>();
        await using var server = await StartAsync(context =>
        {
            seen.Add((context.Connection.Id, context.Items.ContainsKey("mark"), context.Response.StatusCode));
            context.Items["mark"] = true;
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        using var client = new HttpClient();

        for (var n = 0; n < 2; n++)
        {
            using var answer = await client.GetAsync(new Uri(server.Addresses.Single()));
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        seen.Select(static request => request.Connection).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        seen.ShouldAllBe(static request => !request.IsMarked && request.Status == StatusCodes.Status200OK);
    }

    [Fact]
    public async Task Request_WhoseHandlerThrows_IsAnsweredWith500()
    {
        await using var server = await StartAsync(static _ => throw new InvalidOperationException());
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri(server.Addresses.Single()));

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task Stop_DuringARequest_CompletesIt()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = await StartAsync(_ =>
        {
            arrived.SetResult();
            return release.Task;
        });
        using var client = new HttpClient();
        var answer = client.GetAsync(new Uri(server.Addresses.Single()));
        await arrived.Task;

        var stopped = server.StopAsync(CancellationToken.None);
        release.SetResult();

        (await answer).StatusCode.ShouldBe(HttpStatusCode.OK);
        await stopped;
    }

    [Fact]
    public async Task Request_OverHttp2_IsNotServed()
    {
        await using var server = await StartAsync(static _ => Task.CompletedTask);
        using var client = new HttpClient { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        await Should.ThrowAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(server.Addresses.Single())));
    }

    private static async Task<HttpServer> StartAsync(RequestDelegate handler)
    {
        var server = new HttpServer(handler, NullLoggerFactory.Instance, static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await server.StartAsync(CancellationToken.None);
        return server;
    }
}
