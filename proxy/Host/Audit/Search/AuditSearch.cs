using System.Globalization;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>One search from its source to its renderer.</summary>
internal sealed class AuditSearch
{
    /// <summary>The most lines that the latest can be asked for: they are held in memory until all are known.</summary>
    public const int MostLast = 10_000;

    private readonly AuditQuery _query;
    private readonly SearchSource _source;
    private readonly AuditScan _scan;
    private readonly AuditScan _reserveScan;

    public AuditSearch(AuditQuery query, SearchSource source)
    {
        _query = query;
        _source = source;
        _scan = new AuditScan(query);
        _reserveScan = new AuditScan(query);
    }

    /// <summary>Lines met that are no records.</summary>
    public long Skipped => _scan.Skipped + _reserveScan.Skipped;

    /// <summary>Tells each wanted line in the order of time, as far as <see cref="TimeOrder"/> can; at most <paramref name="most"/>.</summary>
    /// <returns>How many there were.</returns>
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
        var reading = Task.Run(() => reserve.ReadAsync(_reserveScan, [.. units[true]], enough.Token), CancellationToken.None);
        try
        {
            await OrderedScan.RunAsync(_scan, [.. units[false]], units[true].Any() ? TellInOrder : Tell, flush, () => found < most, cancellation);
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

    /// <summary>Tells the latest lines, earliest first. Reads segments from the newest back and no more of them than needed.</summary>
    public async Task<long> LastAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, int count, CancellationToken cancellation)
    {
        var last = new LastLines(count);
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
