using System.Net;
using ImdsProxy.LoadTests.Upstream;
using ImdsProxy.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>
/// <c>kestrel-answerer IP:PORT</c>: Kestrel with the settings of ImdsProxy's data listener. It answers every request for
/// one token with the same bytes and any other with a denial. It knows no pods, decides nothing and writes no records, so
/// no proxy on Kestrel can be faster.
/// </summary>
internal static class KestrelAnswerer
{
    // A real denial has about this many bytes.
    private static readonly byte[] Denial = [.. Enumerable.Repeat((byte)'d', 500)];

    public static async Task<int> RunAsync(string[] args)
    {
        InlineSockets.Use();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<SocketTransportOptions>(static transport =>
        {
            transport.UnsafePreferInlineScheduling = true;
            transport.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPEndPoint.Parse(args[0]), static listen => listen.Protocols = HttpProtocols.Http1);
        });
        await using var app = builder.Build();
        var token = StubAnswers.TokenBody(TimeProvider.System.GetUtcNow());
        app.Run(context => context.Request.QueryString.Value!.Contains(StubAnswers.EscapedResource, StringComparison.Ordinal)
            ? AnswerAsync(context.Response, StatusCodes.Status200OK, token)
            : AnswerAsync(context.Response, StatusCodes.Status403Forbidden, Denial));
        await app.RunAsync();
        return 0;
    }

    private static async Task AnswerAsync(HttpResponse response, int status, ReadOnlyMemory<byte> body)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        body.Span.CopyTo(response.BodyWriter.GetSpan(body.Length));
        response.BodyWriter.Advance(body.Length);
        await response.BodyWriter.FlushAsync();
    }
}
