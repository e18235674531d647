using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Audit.Reduce;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Sources.ClickHouse;

/// <summary>The records of a fleet in ClickHouse, in a table as <c>deploy/clickhouse/schema.sql</c> creates it.</summary>
/// <param name="name">The flag with its value.</param>
/// <param name="client">The server's client.</param>
/// <param name="table">The table's name, which may contain its database.</param>
/// <param name="time">Waits between the questions of a search that follows the log.</param>
internal sealed class ClickHouseSource(string name, ClickHouseClient client, string table, TimeProvider time) : IAuditSource
{
    private const string InOrder = "ORDER BY ts, node, instance, seq, line_hash";
    private const string InReverse = "ORDER BY ts DESC, node DESC, instance DESC, seq DESC, line_hash DESC";

    public ImmutableArray<string> Names { get; } = [name];

    // A retried line is in the table once more until ClickHouse merges; FINAL counts it once. Equal lines have equal columns, so the
    // conditions can be applied before FINAL, which is several times faster.
    private string From => $"FROM {table} FINAL PREWHERE";

    /// <inheritdoc />
    public async Task<SourceEnd> SearchAsync(SearchRequest request, Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, CancellationToken cancellation)
    {
        var where = request.Question.Compile().Sql();
        var lines = new RecordLines(take);
        if (request.Follow)
        {
            await new ClickHouseFollower(client, $"{From} {where}", time).RunAsync(lines, flush, request.Last ?? 0, request.First ?? long.MaxValue, cancellation);
        }
        else
        {
            await client.EachAsync(Statement(where, request), lines.TakeAsync, flush, cancellation);
        }

        return new SourceEnd(lines.Found) { Skipped = lines.Skipped };
    }

    /// <inheritdoc />
    public async Task<StatsAnswer> CountAsync(StatsRequest request, CancellationToken cancellation)
    {
        List<StatsGroup> groups = [];
        await client.EachAsync(
            $"{ClickHouseStats.Statement(request.By, $"{From} {request.Question.Compile().Sql()}", request.Most)} FORMAT JSONCompactEachRow",
            row =>
            {
                groups.Add(ClickHouseStats.Parse(row, request.By.Names.Length));
                return ValueTask.CompletedTask;
            },
            static () => Task.CompletedTask,
            cancellation);
        IReadOnlyList<StatsRow> rows = [.. AuditStats.InOrder(groups, request.By).Select(StatsRow.Of)];
        return new StatsAnswer(rows, new SourceEnd(rows.Count));
    }

    /// <inheritdoc />
    /// <remarks>
    /// The filters are applied here, because events and the first request of each demand count whatever the filters. Only the other
    /// clusters of a filter by cluster are left out: each cluster has its own chains and workloads.
    /// </remarks>
    public Task<LogFindings> ReduceAsync(DemandRequest request, ReadBytes read, CancellationToken cancellation)
    {
        var clusters = new AuditQuestion([.. request.Question.Terms.Where(static term => AuditFilter.Find(term.Name) is { Name: "cluster" })]);
        var statement = $"SELECT line {From} {clusters.Compile().Sql()} FORMAT TSVRaw";
        return new LogReduction(request.Options(seesWholeChains: true), read: read)
            .RunAsync(take => client.EachAsync(statement, take, static () => Task.CompletedTask, cancellation));
    }

    private string Statement(string where, SearchRequest request) =>
        request.Last is { } last ? $"SELECT line FROM (SELECT line, ts, node, instance, seq, line_hash {From} {where} {InReverse} LIMIT {Number(last)}) {InOrder} FORMAT TSVRaw"
        : request.First is { } first ? $"SELECT line {From} {where} {InOrder} LIMIT {Number(first)} FORMAT TSVRaw"
        : $"SELECT line {From} {where} {InOrder} FORMAT TSVRaw";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
