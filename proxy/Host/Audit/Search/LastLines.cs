using System.Text;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>Keeps the most recent lines, by their time.</summary>
internal sealed class LastLines(int count)
{
    private readonly PriorityQueue<byte[], (string Time, long Order)> _latest = new();
    private readonly AuditLine _fields = new();
    private long _order;

    /// <summary>The time of the earliest kept line, or null while fewer than the requested number are kept.</summary>
    public string? Earliest => _latest.Count == count && _latest.TryPeek(out _, out var key) ? key.Time : null;

    public void Add(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        var time = Encoding.UTF8.GetString(_fields.Get(line, AuditField.Time));
        if (Earliest is { } earliest && string.CompareOrdinal(time, earliest) < 0)
        {
            return;
        }

        _latest.Enqueue(line.ToArray(), (time, _order++));
        if (_latest.Count > count)
        {
            _latest.Dequeue();
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
