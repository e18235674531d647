using System.Text;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>Keeps the most recent lines, by their time.</summary>
/// <param name="count">The number of lines to keep.</param>
/// <param name="mostBytes">The most bytes to keep.</param>
internal sealed class LastLines(int count, long mostBytes = long.MaxValue)
{
    private readonly PriorityQueue<byte[], (string Time, long Order)> _latest = new();
    private readonly AuditLine _fields = new();
    private long _order;
    private long _bytes;

    /// <summary>The time of the earliest kept line, or null while fewer than the requested number are kept.</summary>
    public string? Earliest => _latest.Count == count && _latest.TryPeek(out _, out var key) ? key.Time : null;

    /// <exception cref="IOException">The lines take more bytes than may be kept.</exception>
    public void Add(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        var time = Encoding.UTF8.GetString(_fields.Get(line, AuditField.Time));
        if (Earliest is { } earliest && string.CompareOrdinal(time, earliest) < 0)
        {
            return;
        }

        _latest.Enqueue(line.ToArray(), (time, _order++));
        _bytes += line.Length;
        if (_latest.Count > count)
        {
            _bytes -= _latest.Dequeue().Length;
        }

        if (_bytes > mostBytes)
        {
            throw new IOException($"the last {count} lines take more than {mostBytes >> 20} MiB: ask for fewer");
        }
    }

    /// <summary>Removes and returns the lines, earliest first.</summary>
    public IEnumerable<byte[]> Take()
    {
        while (_latest.TryDequeue(out var line, out _))
        {
            yield return line;
        }
    }
}
