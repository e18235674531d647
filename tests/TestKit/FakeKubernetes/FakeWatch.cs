using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>Answers a WATCH request until it ends, with or without a fault.</summary>
internal sealed class FakeWatch(FakeCluster cluster, FakeApiOptions options, FakeFault? fault)
{
    private int _told;

    public async Task AnswerAsync(HttpContext context, FakeApiRequest request, CancellationToken cancellation)
    {
        // Without a resourceVersion, a watch starts by reporting all current objects as new.
        var isFromNow = !request.Query.TryGetValue("resourceVersion", out var version);
        var (objects, now) = cluster.List(request.Path.Split('/')[^1], new FieldSelector(request.Query.GetValueOrDefault("fieldSelector")));
        var position = isFromNow ? now : long.Parse(version!, CultureInfo.InvariantCulture);
        if (cluster.Since(position) is null)
        {
            await FakeStatus.WriteAsync(context, 410, "Expired", $"too old resource version: {position}");
            return;
        }

        if (position > cluster.Revision)
        {
            await FakeStatus.WriteAsync(context, 504, "Timeout", $"Too large resource version: {position}", "ResourceVersionTooLarge");
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(cancellation);
        await context.Response.Body.FlushAsync(cancellation);
        foreach (var subject in isFromNow ? objects : [])
        {
            await LineAsync(context, "ADDED", subject, cancellation);
        }

        var lifetime = TimeSpan.FromSeconds(int.Parse(request.Query.GetValueOrDefault("timeoutSeconds", "1800"), CultureInfo.InvariantCulture));
        await TellAsync(context, request, position, lifetime, cancellation);
    }

    private async Task TellAsync(HttpContext context, FakeApiRequest request, long position, TimeSpan lifetime, CancellationToken cancellation)
    {
        var plural = request.Path.Split('/')[^1];
        var selector = new FieldSelector(request.Query.GetValueOrDefault("fieldSelector"));
        var end = Task.Delay(lifetime, options.Time, cancellation);
        // A real server sends the last bookmark 2 s before the end.
        var last = lifetime > TimeSpan.FromSeconds(2) ? Task.Delay(lifetime - TimeSpan.FromSeconds(2), options.Time, cancellation) : end;
        var bookmark = Task.Delay(options.BookmarkInterval, options.Time, cancellation);
        var isBookmarkDue = false;
        while (true)
        {
            if (cluster.Since(position) is not { } news)
            {
                await LineAsync(context, "ERROR", FakeStatus.Of(410, "Expired"), cancellation);
                return;
            }

            foreach (var change in news.Changes.Where(change => change.Plural == plural))
            {
                if (Line(change, selector) is { } line && !await EventAsync(context, line.Type, line.Object, cancellation))
                {
                    return;
                }
            }

            position = news.Revision;
            if (isBookmarkDue)
            {
                await LineAsync(context, "BOOKMARK", Bookmark(position), cancellation);
            }

            if (fault is FakeFault.Silence silence && _told >= silence.AfterEvents)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }

            if (!await ActAsync(context, cancellation))
            {
                return;
            }

#pragma warning disable VSTHRD003 // The cluster's signal has asynchronous continuations.
            var next = await Task.WhenAny(news.More, end, last, bookmark);
#pragma warning restore VSTHRD003
            if (next == end)
            {
                return;
            }

            isBookmarkDue = next == bookmark || next == last;
            bookmark = next == bookmark ? Task.Delay(options.BookmarkInterval, options.Time, cancellation) : bookmark;
            last = next == last ? end : last;
        }
    }

    private async Task<bool> EventAsync(HttpContext context, string type, JsonObject subject, CancellationToken cancellation)
    {
        if (!await ActAsync(context, cancellation))
        {
            return false;
        }

        await LineAsync(context, type, subject, cancellation);
        _told++;
        return true;
    }

    // Carries out the fault once it is due. Returns false if the watch has ended.
    private async Task<bool> ActAsync(HttpContext context, CancellationToken cancellation)
    {
        switch (fault)
        {
            case FakeFault.EndAfter end when _told >= end.Events:
                return false;
            case FakeFault.DropAfter drop when _told >= drop.Events:
                await BytesAsync(context, drop.HalfLine ? "{\"type\":\"DELETED\",\"obj" : "", cancellation);
                context.Abort();
                return false;
            case FakeFault.ExpireAfter expire when _told >= expire.Events:
                await LineAsync(context, "ERROR", FakeStatus.Of(410, "Expired", "too old resource version"), cancellation);
                return false;
            case FakeFault.GarbageAfter garbage when _told >= garbage.Events:
                await BytesAsync(context, "{\"type\":]\n", cancellation);
                return false;
            default:
                return true;
        }
    }

    private static (string Type, JsonObject Object)? Line(FakeChange change, FieldSelector selector)
    {
        var was = change.Before is { } before && selector.Matches(before);
        var isNow = change.Now is { } now && selector.Matches(now);
        return (was, isNow) switch
        {
            (false, true) => ("ADDED", change.Now!),
            (true, true) => ("MODIFIED", change.Now!),
            (true, false) => ("DELETED", change.Final ?? change.Now!),
            _ => null,
        };
    }

    private static JsonObject Bookmark(long revision) => new()
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null },
        ["spec"] = new JsonObject { ["containers"] = null },
        ["status"] = new JsonObject(),
    };

    private Task LineAsync(HttpContext context, string type, JsonObject subject, CancellationToken cancellation) =>
        BytesAsync(context, new JsonObject { ["type"] = type, ["object"] = subject.DeepClone() }.ToJsonString() + "\n", cancellation);

    private async Task BytesAsync(HttpContext context, string text, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (var piece in bytes.Chunk(fault is FakeFault.Split split ? split.Bytes : Math.Max(1, bytes.Length)))
        {
            await context.Response.Body.WriteAsync(piece, cancellation);
            await context.Response.Body.FlushAsync(cancellation);
        }
    }
}
