using System.Globalization;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// Serves <c>GET /audit/search</c> and <c>GET /audit/stats</c>. The command line's filters are query parameters, which
/// may be repeated and are negated with the prefix <c>not.</c>. The response is a stream of JSON lines.
/// </summary>
internal sealed class AuditPages(string directory, TimeProvider time)
{
    // A search uses all cores it gets, so more concurrent searches would slow down the node's pods.
    private const int MostAtOnce = 4;

    private int _running;

    /// <summary>Streams matching records. With <c>follow=true</c>, continues with new records.</summary>
    public Task HandleSearchAsync(HttpContext context) => GuardAsync(context, SearchAsync);

    /// <summary>Returns counts grouped by the fields in <c>by</c>.</summary>
    public Task HandleStatsAsync(HttpContext context) => GuardAsync(context, StatsAsync);

    private async Task GuardAsync(HttpContext context, Func<HttpContext, Task> handle)
    {
        try
        {
            if (Interlocked.Increment(ref _running) <= MostAtOnce)
            {
                await handle(context);
            }
            else
            {
                await RefuseAsync(context, StatusCodes.Status429TooManyRequests, $"{MostAtOnce} searches are already running; retry when one has finished");
            }
        }
        catch (FormatException e) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected.
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task SearchAsync(HttpContext context)
    {
        var parameters = context.Request.Query;
        var query = Query(parameters);
        var source = new SearchSource([directory]);
        var first = Number(parameters["first"]) ?? long.MaxValue;
        var last = Number(parameters["last"]);
        context.Response.ContentType = "application/x-ndjson";
        ValueTask Show(ReadOnlyMemory<byte> line) => SendAsync(context, line);
        Task Flush() => context.Response.Body.FlushAsync(context.RequestAborted);
        using var follower = parameters["follow"] == "true" ? new LogFollower(query, [directory], time) : null;
        if (last is { } count)
        {
            await new AuditSearch(query, source).LastAsync(line => follower?.ShowEarlierAsync(line, Show) ?? Show(line), (int)Math.Min(count, AuditSearch.MostLast), context.RequestAborted);
        }
        else if (follower is null)
        {
            await new AuditSearch(query, source).EachAsync(Show, Flush, first, context.RequestAborted);
        }

        await Flush();
        if (follower is not null)
        {
            await follower.RunAsync(Show, Flush, first, context.RequestAborted);
        }
    }

    private async Task StatsAsync(HttpContext context)
    {
        var parameters = context.Request.Query;
        var stats = new AuditStats(StatsKey.Parse(parameters["by"].FirstOrDefault() ?? "verdict,reason"));
        await new AuditSearch(Query(parameters), new SearchSource([directory])).EachAsync(
            line =>
            {
                stats.Add(line.Span);
                return ValueTask.CompletedTask;
            },
            () => Task.CompletedTask,
            long.MaxValue,
            context.RequestAborted);
        await using var text = new StringWriter(CultureInfo.InvariantCulture);
        StatsWriter.Write(text, stats.By.Names, stats.Rows((int)Math.Min(Number(parameters["top"]) ?? 1000, 10_000)), "json");
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private AuditQuery Query(IQueryCollection parameters)
    {
        var builder = new AuditQueryBuilder();
        foreach (var (key, values) in parameters)
        {
            foreach (var value in values)
            {
                Add(builder, key, value ?? "");
            }
        }

        return builder.Build();
    }

    private void Add(AuditQueryBuilder builder, string key, string value)
    {
        var negated = key.StartsWith("not.", StringComparison.Ordinal);
        var name = negated ? key["not.".Length..] : key;
        switch (name)
        {
            case "since":
                builder.SetSince(value, time.GetUtcNow());
                break;
            case "until":
                builder.SetUntil(value, time.GetUtcNow());
                break;
            case "issued":
                builder.AddIssued(negated != (value == "false"));
                break;
            case "text":
                builder.AddText(value, negated);
                break;
            case "first" or "last" or "follow" or "by" or "top":
                break;
            default:
                AddFilter(builder, name, value, negated);
                break;
        }
    }

    private static void AddFilter(AuditQueryBuilder builder, string name, string value, bool negated)
    {
        try
        {
            builder.Add(name, value, negated);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{name}: {e.Message}", e);
        }
    }

    private static long? Number(string? text) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new FormatException("write a positive number, such as last=20");

    private static async ValueTask SendAsync(HttpContext context, ReadOnlyMemory<byte> line)
    {
        await context.Response.Body.WriteAsync(line, context.RequestAborted);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, string description)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var body = new System.Text.Json.Nodes.JsonObject { ["error"] = "bad_request", ["error_description"] = description };
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
