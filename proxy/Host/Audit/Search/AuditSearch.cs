using System.Globalization;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>Runs a search from its source to its renderer.</summary>
internal sealed class AuditSearch
{
    /// <summary>The maximum for "last" searches, whose lines are held in memory until all candidates are known.</summary>
    public const int MostLast = 10_000;

    private readonly AuditQuery _query;
    private readonly SearchSource _source;
    private readonly AuditScan _scan;
    private readonly AuditScan _reserveScan;

    /// <param name="query">The query.</param>
    /// <param name="source">The input.</param>
    /// <param name="workers">The number of threads that read; by default one for each core.</param>
    public AuditSearch(AuditQuery query, SearchSource source, int? workers = null)
    {
        _query = query;
        _source = source;
        _scan = new AuditScan(query, workers);
        _reserveScan = new AuditScan(query, workers);
    }

    /// <summary>The most bytes of the lines of a "last" search.</summary>
    public long MostLastBytes { get; init; } = long.MaxValue;

    /// <summary>The most bytes of lines that wait for earlier lines.</summary>
    public long MostWaitingBytes { get; init; } = TimeOrder.MostBytes;

    /// <summary>The number of lines that were not valid records.</summary>
    public long Skipped => _scan.Skipped + _reserveScan.Skipped;

    /// <summary>Delivers up to <paramref name="most"/> matching lines in the order of <see cref="TimeOrder"/>.</summary>
    /// <returns>The number of lines delivered.</returns>
    public async Task<long> EachAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, long most, CancellationToken cancellation)
    {
        var found = 0L;
        var units = _source.Units(_query).ToLookup(static unit => unit.Segment is { IsReserve: true });
        var reserve = new ReserveLines();
        ValueTask Tell(ReadOnlyMemory<byte> line) => ++found <= most ? take(line) : ValueTask.CompletedTask;
        async ValueTask TellInOrder(ReadOnlyMemory<byte> line)
        {
            await reserve.TellUntilAsync(line, Tell);
            await Tell(line);
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = SameScheduler.Run(() => reserve.ReadAsync(_reserveScan, [.. units[true]], MostWaitingBytes, enough.Token));
        try
        {
            await OrderedScan.RunAsync(_scan, [.. units[false]], units[true].Any() ? TellInOrder : Tell, flush, () => found < most, MostWaitingBytes, cancellation);
            await reserve.TellAllAsync(Tell, () => found < most);
            await flush();
        }
        finally
        {
            await enough.CancelAsync();
            await reading;
        }

        return Math.Min(found, most);
    }

    /// <summary>
    /// Delivers the most recent matching lines, earliest first. Reads segments from the newest backwards and stops when older
    /// segments cannot matter.
    /// </summary>
    public async Task<long> LastAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, int count, CancellationToken cancellation)
    {
        var last = new LastLines(count, MostLastBytes);
        foreach (var segment in _source.Units(_query).Reverse().GroupBy(unit => unit.Segment))
        {
            if (last.Earliest is { } earliest && segment.First().Ended is { } ended && IsBefore(ended, earliest))
            {
                continue;
            }

            await _scan.RunAsync([.. segment.Reverse()], (_, block) => Keep(last, block), cancellation);
        }

        var found = 0L;
        foreach (var line in last.Take())
        {
            await take(line);
            found++;
        }

        return found;
    }

    private static ValueTask<bool> Keep(LastLines last, ReadOnlyMemory<byte> block)
    {
        while (block.Length > 0)
        {
            var end = block.Span.IndexOf((byte)'\n');
            last.Add(block.Span[..end]);
            block = block[(end + 1)..];
        }

        return ValueTask.FromResult(true);
    }

    private static bool IsBefore(DateTimeOffset ended, string moment) =>
        string.CompareOrdinal(ended.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), moment) < 0;
}
