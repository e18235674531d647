namespace ImdsProxy.Audit.Export;

/// <summary>The lines that wait for the receiver, up to a limit in bytes. Lines beyond the limit are dropped and counted.</summary>
/// <param name="capacity">The limit in bytes of memory.</param>
internal sealed class ExportQueue(long capacity)
{
    /// <summary>The memory of a line besides its bytes: the array's header and padding, and its place in a queue that has just doubled.</summary>
    public const int Overhead = 48;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _lines = new();
    private long _lost;
    private long _bytes;
    private bool _closed;

    /// <summary>The number of dropped lines.</summary>
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

    /// <summary>Returns the oldest lines, which stay in the queue until they are removed.</summary>
    /// <param name="most">The maximum number of lines.</param>
    /// <param name="mostBytes">The maximum number of bytes, unless the first line alone has more.</param>
    public byte[][] Peek(int most, int mostBytes)
    {
        lock (_gate)
        {
            var bytes = 0L;
            return [.. _lines.Take(most).TakeWhile((line, n) => (bytes += line.Length) <= mostBytes || n == 0)];
        }
    }

    /// <summary>Removes the oldest lines, after the receiver has accepted them.</summary>
    public void Remove(int count)
    {
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                _bytes -= Cost(_lines.Dequeue().Length);
            }
        }
    }

    /// <summary>Counts all waiting lines and all later lines as lost.</summary>
    public void GiveUp()
    {
        lock (_gate)
        {
            Interlocked.Add(ref _lost, _lines.Count);
            _lines.Clear();
            _bytes = 0;
            _closed = true;
        }
    }

    private void AddLine(ReadOnlySpan<byte> line)
    {
        if (_closed || _bytes + Cost(line.Length) > capacity)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        _bytes += Cost(line.Length);
        _lines.Enqueue(line.ToArray());
    }

    private static long Cost(int length) => length + Overhead;
}
