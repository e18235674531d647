using System.Globalization;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>One search from its source to its renderer.</summary>
internal sealed class AuditSearch
{
    private readonly AuditQuery _query;
    private readonly SearchSource _source;
    private readonly AuditScan _scan;

    public AuditSearch(AuditQuery query, SearchSource source)
    {
        _query = query;
        _source = source;
        _scan = new AuditScan(query);
    }

    /// <summary>Lines met that are no records.</summary>
    public long Skipped => _scan.Skipped;

    /// <summary>Tells each wanted line, oldest segment first; at most <paramref name="most"/>.</summary>
    /// <returns>How many there were.</returns>
    public async Task<long> EachAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, Func<Task> flush, long most, CancellationToken cancellation)
    {
        var found = 0L;
        await _scan.RunAsync(
            _source.Units(_query),
            async block =>
            {
                while (block.Length > 0 && found < most)
                {
                    var end = block.Span.IndexOf((byte)'\n');
                    await take(block[..end]);
                    block = block[(end + 1)..];
                    found++;
                }

                await flush();
                return found < most;
            },
            cancellation);
        return found;
    }

    /// <summary>Tells the latest lines, earliest first. Reads segments from the newest back and no more of them than needed.</summary>
    public async Task<long> LastAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, int count, CancellationToken cancellation)
    {
        var last = new LastLines(count);
        foreach (var segment in _source.Units(_query).Reverse().GroupBy(unit => unit.Segment))
        {
            if (last.Earliest is { } earliest && segment.Key is not null && EndsBefore(segment.Key, earliest))
            {
                continue;
            }

            await _scan.RunAsync([.. segment.Reverse()], block => Keep(last, block), cancellation);
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

    private bool EndsBefore(SegmentName segment, string moment) =>
        _source.EndOf(segment) is { } end && string.CompareOrdinal(end.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), moment) < 0;
}
