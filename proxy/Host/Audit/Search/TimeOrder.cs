using System.Globalization;
using System.Text;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// Merges the lines of overlapping segments, such as those of two instances in a rollout, into time order. A line is held
/// back only while a segment still to be read may contain an earlier one, and only up to a memory limit. Beyond that
/// limit, as when the directories of many nodes are searched together, lines come in the order of their segments.
/// </summary>
/// <param name="take">Receives the lines in order.</param>
/// <param name="mostBytes">The memory limit for lines that wait.</param>
internal sealed class TimeOrder(Func<ReadOnlyMemory<byte>, ValueTask> take, long mostBytes = TimeOrder.MostBytes)
{
    /// <summary>The usual limit.</summary>
    public const long MostBytes = 16 << 20;

    // A record carries its request's arrival time, which may be slightly before its segment began.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private readonly PriorityQueue<byte[], (string Time, long Order)> _waiting = new();
    private readonly AuditLine _fields = new();
    private string? _limit;
    private long _bytes;
    private long _order;

    /// <summary>For each unit, the earliest time that may occur in later segments of other instances; null if there are no such segments.</summary>
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

    /// <summary>Sets the limit of the unit whose lines follow.</summary>
    public void Begin(string? limit) => _limit = limit;

    /// <summary>Adds a line and delivers every line that no longer has to wait.</summary>
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
        while (_bytes > mostBytes)
        {
            await TellFirstAsync();
        }
    }

    /// <summary>Delivers all lines that are still waiting.</summary>
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
