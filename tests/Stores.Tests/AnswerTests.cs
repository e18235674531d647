using System.Net;
using ImdsProxy.Sources.ClickHouse;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImdsProxy.Stores.Tests;

/// <summary>An answer that ends early is never taken for a complete one.</summary>
public sealed class AnswerTests
{
    private const string Row = """{"ts":"2026-11-21T10:12:22.5818954Z","kind":"request"}""";

    // status, body, whether the connection is cut, what the error says; null for a good answer
    public static TheoryData<int, string, bool, string?> Answers => new()
    {
        { 200, $"{Row}\n{Row}\n", false, null },
        { 200, "", false, null },
        { 200, $"{Row}\nCode: 241. DB::Exception: Memory limit exceeded\n", false, "failed before its answer was complete: Code: 241. DB::Exception: Memory limit exceeded" },
        { 200, $"{Row}\n__exception__\r\nCode: 159. DB::Exception: Timeout exceeded\n", false, "Timeout exceeded" },
        { 200, $"{Row}\n", true, "" },
        { 404, "Code: 60. DB::Exception: Unknown table", false, "answered 404: Code: 60. DB::Exception: Unknown table" },
        { 500, $"Code: 1. DB::Exception: \u001b[31m{new string('x', 100_000)}", false, "answered 500: Code: 1. DB::Exception: \\u001b[31mxxx" },
        { 302, "moved", false, "answered 302" },
    };

    [Theory, MemberData(nameof(Answers))]
    public async Task Answer_ThatEndsEarly_IsAnError(int status, string body, bool isCut, string? error)
    {
        await using var server = await StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:9/";
            await context.Response.WriteAsync(body);
            await context.Response.Body.FlushAsync();
            if (isCut)
            {
                context.Abort();
            }
        });
        var lines = 0;
        var client = new ClickHouseClient(AddressOf(server), "auditor", "secret");
        Task Ask() => client.EachAsync(
            "SELECT 1",
            _ =>
            {
                lines++;
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            CancellationToken.None);

        if (error is null)
        {
            await Ask();
            lines.ShouldBe(body.Count(static c => c == '\n'));
        }
        else
        {
            var thrown = await Should.ThrowAsync<Exception>(Ask);
            (thrown is HttpRequestException or IOException).ShouldBeTrue($"{thrown}");
            thrown.Message.ShouldContain(error);
            thrown.Message.Length.ShouldBeLessThan(1000);
        }
    }

    [Fact]
    public async Task Password_InAnswersToARedirect_IsNotSentElsewhere()
    {
        var asked = new List<string>();
        await using var other = await StartAsync(context =>
        {
            asked.Add(context.Request.Path);
            return Task.CompletedTask;
        });
        await using var server = await StartAsync(context =>
        {
            context.Response.Redirect(AddressOf(other).ToString(), permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });

        await Should.ThrowAsync<HttpRequestException>(() => new ClickHouseClient(AddressOf(server), "auditor", "secret")
            .EachAsync("SELECT 1", static _ => ValueTask.CompletedTask, static () => Task.CompletedTask, CancellationToken.None));

        asked.ShouldBeEmpty();
    }

    private static Uri AddressOf(WebApplication app) => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
