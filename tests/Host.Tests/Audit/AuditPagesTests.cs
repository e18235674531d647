using System.Text;
using ImdsProxy.Audit.Search;
using Microsoft.AspNetCore.Http;
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
        await _directory.WriteAsync(5);

        var (_, body) = await AskAsync(pages => pages.HandleStatsAsync, "?kind=request&by=verdict,pod");

        body.ShouldStartWith("""{"verdict":"allowed","pod":"fluent-bit-qg7vq","count":5,"p50Ms":""");
    }

    private async Task<(int Status, string Body)> AskAsync(Func<AuditPages, RequestDelegate> handler, string query)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Request = { QueryString = new QueryString(query) }, Response = { Body = body } };
        await handler(new AuditPages(_directory.Path, TimeProvider.System))(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }
}
