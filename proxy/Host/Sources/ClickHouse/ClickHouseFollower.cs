using System.Buffers.Text;
using System.Globalization;

namespace ImdsProxy.Sources.ClickHouse;

/// <summary>Asks again and again for the lines that were inserted since the last question.</summary>
/// <param name="client">The server's client.</param>
/// <param name="from">The table and its conditions.</param>
/// <param name="time">Waits between questions.</param>
internal sealed class ClickHouseFollower(ClickHouseClient client, string from, TimeProvider time)
{
    private const int MostAtOnce = 100_000;

    // A row has the time at which its insert began, and can be read when the insert ends.
    private const long OverlapMilliseconds = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ulong, long> _shown = [];
    private long _latest;

    /// <summary>Delivers the latest lines, and then new ones until there are enough.</summary>
    /// <param name="lines">Receives the lines.</param>
    /// <param name="flush">Is called when the lines so far can be shown.</param>
    /// <param name="last">The number of earlier lines to deliver.</param>
    /// <param name="most">The most new lines.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(RecordLines lines, Func<Task> flush, int last, long most, CancellationToken cancellation)
    {
        // The server's clock counts, because the server states when a row was inserted.
        await AskAsync("SELECT toUnixTimestamp64Milli(now64(3)), toUInt64(0), '{}'", null, cancellation);
        if (last > 0)
        {
            var newest = $"SELECT inserted, line_hash, line, ts {from} ORDER BY ts DESC LIMIT {last.ToString(CultureInfo.InvariantCulture)}";
            await AskAsync($"SELECT toUnixTimestamp64Milli(inserted), line_hash, line FROM ({newest}) ORDER BY ts", lines, cancellation);
            await flush();
        }

        var enough = lines.Found + most;
        while (lines.Found < enough)
        {
            await Task.Delay(Interval, time, cancellation);
            var since = $"inserted >= fromUnixTimestamp64Milli({(_latest - OverlapMilliseconds).ToString(CultureInfo.InvariantCulture)}, 'UTC')";
            await AskAsync($"SELECT toUnixTimestamp64Milli(inserted), line_hash, line {from} AND {since} ORDER BY inserted, ts LIMIT {MostAtOnce.ToString(CultureInfo.InvariantCulture)}", lines, cancellation);
            await flush();
            Forget();
        }
    }

    private Task AskAsync(string statement, RecordLines? lines, CancellationToken cancellation) => client.EachAsync(
        $"{statement} FORMAT TSVRaw",
        row =>
        {
            var (inserted, hash, line) = Parse(row);
            _latest = Math.Max(_latest, inserted);
            return lines is not null && _shown.TryAdd(hash, inserted) ? lines.TakeAsync(line) : ValueTask.CompletedTask;
        },
        static () => Task.CompletedTask,
        cancellation);

    private static (long Inserted, ulong Hash, ReadOnlyMemory<byte> Line) Parse(ReadOnlyMemory<byte> row)
    {
        if (Utf8Parser.TryParse(row.Span, out long inserted, out var first)
            && first < row.Length
            && Utf8Parser.TryParse(row.Span[(first + 1)..], out ulong hash, out var second)
            && first + second + 1 < row.Length)
        {
            return (inserted, hash, row[(first + second + 2)..]);
        }

        throw new FormatException("the server is not ClickHouse, or a line in its table has a line feed");
    }

    private void Forget()
    {
        foreach (var (hash, _) in _shown.Where(shown => shown.Value < _latest - OverlapMilliseconds).ToList())
        {
            _shown.Remove(hash);
        }
    }
}
