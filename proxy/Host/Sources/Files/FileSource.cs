using System.Collections.Immutable;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Sources.Files;

/// <summary>Directories of segments, files, or stdin.</summary>
internal sealed class FileSource(IReadOnlyList<string> paths, TimeProvider time) : IAuditSource
{
    public ImmutableArray<string> Names => [.. paths];

    /// <inheritdoc />
    public bool ReadsStdin => paths.Contains(SearchSource.Stdin, StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<SourceEnd> SearchAsync(SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        var query = request.Question.Compile();
        if (request.Follow)
        {
            return await FollowAsync(query, request, take, flush, cancellation);
        }

        var search = new AuditSearch(query, new SearchSource(paths));
        var found = request.Last is { } last
            ? await search.LastAsync(take, last, cancellation)
            : await search.EachAsync(take, flush, request.First ?? long.MaxValue, cancellation);
        return new SourceEnd(found) { Skipped = search.Skipped };
    }

    /// <inheritdoc />
    public async Task<StatsAnswer> CountAsync(StatsRequest request, CancellationToken cancellation)
    {
        var stats = new AuditStats(request.By);
        var search = new AuditSearch(request.Question.Compile(), new SearchSource(paths));
        await search.EachAsync(
            line =>
            {
                stats.Add(line.Span);
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            long.MaxValue,
            cancellation);
        var rows = stats.Rows(request.Most);
        return new StatsAnswer(rows, new SourceEnd(rows.Count) { Skipped = search.Skipped });
    }

    /// <inheritdoc />
    public Task<LogFindings> ReduceAsync(DemandRequest request, ReadBytes read, CancellationToken cancellation) =>
        // A stream may be what a search has found, so it need not have whole chains.
        new LogReduction(request.Options(seesWholeChains: !ReadsStdin), read: read).RunAsync(paths, cancellation);

    // The follower opens its position before existing lines are searched, so that no line is missed in between.
    private async Task<SourceEnd> FollowAsync(AuditQuery query, SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        using var follower = new LogFollower(query, paths, time);
        var earlier = request.Last is { } last
            ? await new AuditSearch(query, new SearchSource(paths)).LastAsync(line => follower.ShowEarlierAsync(line, take), last, cancellation)
            : 0;
        var found = await follower.RunAsync(take, flush, request.First ?? long.MaxValue, cancellation);
        return new SourceEnd(earlier + found) { Skipped = follower.Skipped };
    }
}
