using System.Globalization;
using System.Text;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// Brings the lines of segments that overlap, as two instances' do in a rollout, into the order of time. A line waits
/// only while a segment that is still to be read may hold an earlier one, and only so many do: with more, as where the
/// directories of many nodes are searched together, lines come in the order of their segments.
/// </summary>
internal sealed class TimeOrder(Func<ReadOnlyMemory<byte>, ValueTask> take)
{
    private const long MostBytes = 16 << 20;

    // A record bears the time its request came, which may be a little before its segment began.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private readonly PriorityQueue<byte[], (string Time, long Order)> _waiting = new();
    private readonly AuditLine _fields = new();
    private string? _limit;
    private long _bytes;
    private long _order;

    /// <summary>For each unit, the time from which on segments of others that come after it may hold earlier lines; null where none can.</summary>
    public static string?[] Limits(IReadOnlyList<ScanUnit> units)
    {
        var limits = new string?[units.Count];
        for (var i = units.Count - 1; i >= 0; i--)
        {
            limits[i] = i + 1 == units.Count ? null
                : units[i].Segment?.Instance == units[i + 1].Segment?.Instance ? limits[i + 1]
                : units[i + 1].Segment is { } next ? (next.Start - Slack).UtcDateTime.ToString("O", CultureInfo.InvariantCulture)
                : null;
        }

        return limits;
    }

    /// <summary>What comes now is of a unit with this limit.</summary>
    public void Begin(string? limit) => _limit = limit;

    /// <summary>Takes a line, and tells all that need not wait.</summary>
    public async ValueTask AddAsync(ReadOnlyMemory<byte> line)
    {
        if (_limit is null && _waiting.Count == 0)
        {
            await take(line);
            return;
        }

        var time = Time(line.Span);
        await TellUntilAsync(time);
        if (_limit is null || string.CompareOrdinal(time, _limit) < 0)
        {
            await take(line);
            return;
        }

        _waiting.Enqueue(line.ToArray(), (time, _order++));
        _bytes += line.Length;
        while (_bytes > MostBytes)
        {
            await TellFirstAsync();
        }
    }

    /// <summary>Tells all that still wait.</summary>
    public async ValueTask EndAsync()
    {
        while (_waiting.Count > 0)
        {
            await TellFirstAsync();
        }
    }

    private async ValueTask TellUntilAsync(string time)
    {
        while (_waiting.TryPeek(out _, out var first)
            && string.CompareOrdinal(first.Time, time) <= 0
            && (_limit is null || string.CompareOrdinal(first.Time, _limit) < 0))
        {
            await TellFirstAsync();
        }
    }

    private async ValueTask TellFirstAsync()
    {
        var line = _waiting.Dequeue();
        _bytes -= line.Length;
        await take(line);
    }

    private string Time(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        return Encoding.UTF8.GetString(_fields.Get(line, AuditField.Time));
    }
}
