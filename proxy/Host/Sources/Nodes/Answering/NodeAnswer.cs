using System.Text.Json;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Demands.Carrying;
using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Sources.Nodes.Answering;

/// <summary>Answers on a node, beside the serving proxy: one thread at a time, and little memory.</summary>
internal sealed class NodeAnswer(NodeQuery query, Stream output, TimeProvider time)
{
    // The scan and its consumer take turns.
    private const int Workers = 1;

    // Leave room in the heap for the buffers and the garbage.
    private const long MostLastBytes = 10 << 20;
    private const long MostWaitingBytes = 6 << 20;

    private readonly NodeStreamWriter _writer = new(output);

    /// <summary>Runs the query on one thread at a time.</summary>
    public static Task RunAsync(NodeQuery query, Stream output, TimeProvider time, CancellationToken cancellation) => Task.Factory.StartNew(
        () => new NodeAnswer(query, output, time).AnswerAsync(cancellation),
        cancellation,
        TaskCreationOptions.DenyChildAttach,
        new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();

    private Task AnswerAsync(CancellationToken cancellation) =>
        query.Search is { Follow: true } followed ? FollowAsync(followed, cancellation)
        : query.Search is { } search ? SearchAsync(search, cancellation)
        : query.Stats is { } stats ? CountAsync(stats, cancellation)
        : ReduceAsync(query.Demands!, cancellation);

    private async Task SearchAsync(SearchRequest request, CancellationToken cancellation)
    {
        await _writer.BeginAsync(NodeStream.Records);
        var search = new AuditSearch(request.Question.Compile(), new SearchSource([query.Directory]), Workers) { MostLastBytes = MostLastBytes, MostWaitingBytes = MostWaitingBytes };
        _ = request.Last is { } last
            ? await search.LastAsync(_writer.AddAsync, last, cancellation)
            : await search.EachAsync(_writer.AddAsync, _writer.FlushAsync, request.First ?? long.MaxValue, cancellation);
        await _writer.EndAsync(search.Skipped, [], []);
    }

    private async Task FollowAsync(SearchRequest request, CancellationToken cancellation)
    {
        await _writer.BeginAsync(NodeStream.Records);
        var end = await new Files.FileSource([query.Directory], time).SearchAsync(request, _writer.AddAsync, _writer.FlushAsync, cancellation);
        await _writer.EndAsync(end.Skipped, [], []);
    }

    private async Task CountAsync(StatsRequest request, CancellationToken cancellation)
    {
        await _writer.BeginAsync(NodeStream.Groups);
        var stats = new AuditStats(request.By);
        var search = new AuditSearch(request.Question.Compile(), new SearchSource([query.Directory]), Workers) { MostWaitingBytes = MostWaitingBytes };
        await search.EachAsync(
            line =>
            {
                stats.Add(line.Span);
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            long.MaxValue,
            cancellation);
        foreach (var group in stats.Groups)
        {
            await _writer.AddAsync(JsonSerializer.SerializeToUtf8Bytes(new NodeGroup([.. group.Key], group.Count, [.. group.Latency.Pairs]), NodeJson.Default.NodeGroup));
        }

        await _writer.EndAsync(search.Skipped, [], []);
    }

    private async Task ReduceAsync(DemandRequest request, CancellationToken cancellation)
    {
        await _writer.BeginAsync(NodeStream.Demands);
        var (reducer, reduced) = await new LogReduction(request.Options(seesWholeChains: true), Workers).ReduceAsync([query.Directory], cancellation);
        foreach (var line in DemandWriter.LinesOf(reducer))
        {
            await _writer.AddAsync(line);
        }

        await _writer.EndAsync(reduced.Torn, reduced.Unread.Select(static part => new NodeAnswerEnd.Part(part.Path, part.Message)), reduced.Clusters);
    }
}
