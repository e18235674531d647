namespace ImdsProxy.Audit.Export;

/// <summary>Lines that wait for their receiver, up to a number; what comes beyond it is counted and left out.</summary>
internal sealed class ExportQueue(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _lines = new();
    private long _lost;
    private bool _closed;

    /// <summary>Lines that were left out.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Adds lines that each end with a line feed.</summary>
    public void Add(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            foreach (var range in lines.Split((byte)'\n'))
            {
                if (!lines[range].IsEmpty)
                {
                    AddLine(lines[range]);
                }
            }
        }
    }

    /// <summary>The oldest lines, which stay until they are removed.</summary>
    public byte[][] Peek(int most)
    {
        lock (_gate)
        {
            return [.. _lines.Take(most)];
        }
    }

    /// <summary>Removes the oldest lines, which have arrived.</summary>
    public void Remove(int count)
    {
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                _lines.Dequeue();
            }
        }
    }

    /// <summary>Counts all that is left as lost, and all that comes later.</summary>
    public void GiveUp()
    {
        lock (_gate)
        {
            Interlocked.Add(ref _lost, _lines.Count);
            _lines.Clear();
            _closed = true;
        }
    }

    private void AddLine(ReadOnlySpan<byte> line)
    {
        if (_closed || _lines.Count >= capacity)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        _lines.Enqueue(line.ToArray());
    }
}
