namespace ImdsProxy.Audit.Export;

/// <summary>Lines that wait for their receiver, up to a number of bytes; what comes beyond it is counted and left out.</summary>
/// <param name="capacity">What they may take, in bytes of memory.</param>
internal sealed class ExportQueue(long capacity)
{
    /// <summary>What a line takes besides its bytes: the array's head and padding, and its place in a queue that has just doubled.</summary>
    public const int Overhead = 48;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _lines = new();
    private long _lost;
    private long _bytes;
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
    /// <param name="most">How many at the most.</param>
    /// <param name="mostBytes">How many bytes of lines at the most, unless the first one alone has more.</param>
    public byte[][] Peek(int most, int mostBytes)
    {
        lock (_gate)
        {
            var bytes = 0L;
            return [.. _lines.Take(most).TakeWhile((line, n) => (bytes += line.Length) <= mostBytes || n == 0)];
        }
    }

    /// <summary>Removes the oldest lines, which have arrived.</summary>
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

    /// <summary>Counts all that is left as lost, and all that comes later.</summary>
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
