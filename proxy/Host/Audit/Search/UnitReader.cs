namespace ImdsProxy.Audit.Search;

/// <summary>Reads the whole lines of a unit, block by block, into one reused buffer. For use by one thread.</summary>
internal sealed class UnitReader
{
    // Small enough to stay in a core's cache between reading and searching.
    private const int BufferSize = 512 << 10;

    // Longer than any line of ours. A longer foreign line must not exhaust memory.
    private const int MaxLine = 8 << 20;

    private byte[] _buffer = new byte[BufferSize];

    /// <summary>The number of lines that were too long or had no end.</summary>
    public long Skipped { get; private set; }

    /// <summary>Whether the last unit ended within a line.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Whether the last unit's gzip stream was truncated or damaged. The lines before the damage were read.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Returns a unit's lines in blocks, each of which is valid until the next one.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Blocks(ScanUnit unit)
    {
        (IsTorn, IsDamaged) = (false, false);
        using var stream = unit.Open();
        var at = new UnitPosition(unit.Start > 0 ? unit.Start - 1 : 0, unit.Start > 0);
        Skip(stream, at.Offset);
        while (!at.Done)
        {
            var read = Read(stream, _buffer.AsSpan(at.Filled));
            var filled = at.Filled + read;
            var length = Whole(unit, at, filled);
            if (length > 0)
            {
                yield return _buffer.AsMemory(at.Begin, length);
            }

            if (read == 0 && !at.Done)
            {
                TakeTorn(unit, at, filled, length);
                yield break;
            }

            Carry(_buffer.AsSpan(0, filled), at, length);
        }
    }

    private void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek)
        {
            stream.Position = bytes;
            return;
        }

        // The segment was compressed after it was divided, so the bytes before this unit must be read and discarded.
        while (bytes > 0 && stream.Read(_buffer.AsSpan(0, (int)Math.Min(bytes, _buffer.Length))) is var read and > 0)
        {
            bytes -= read;
        }
    }

    private int Whole(ScanUnit unit, UnitPosition at, int filled)
    {
        var bytes = _buffer.AsSpan(0, filled);
        if (at.SkipsFirst)
        {
            SkipFirst(bytes, at);
        }

        return Whole(bytes, unit, at).Length;
    }

    // The previous range owns the line that extends into this range.
    private static void SkipFirst(ReadOnlySpan<byte> bytes, UnitPosition at)
    {
        var feed = bytes.IndexOf((byte)'\n');
        at.Begin = feed < 0 ? bytes.Length : feed + 1;
        at.SkipsFirst = feed < 0;
    }

    private static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> bytes, ScanUnit unit, UnitPosition at)
    {
        if (at.Offset + at.Begin >= unit.End)
        {
            at.Done = true;
            return default;
        }

        var whole = bytes[at.Begin..(Math.Max(bytes.LastIndexOf((byte)'\n') + 1, at.Begin))];
        // The range's last line is the one that contains the byte before the range's end.
        var lastOwn = unit.End == long.MaxValue ? int.MaxValue : unit.End - 1 - at.Offset - at.Begin;
        if (lastOwn < whole.Length)
        {
            at.Done = true;
            return whole[..((int)lastOwn + whole[(int)lastOwn..].IndexOf((byte)'\n') + 1)];
        }

        return whole;
    }

    private void TakeTorn(ScanUnit unit, UnitPosition at, int filled, int taken)
    {
        if (filled > at.Begin + taken)
        {
            IsTorn = true;

            // The runtime reports no error where a gzip stream is truncated.
            IsDamaged |= unit.IsCompressed;
            Skipped++;
        }
    }

    private void Carry(ReadOnlySpan<byte> bytes, UnitPosition at, int taken)
    {
        var rest = bytes[(at.Begin + taken)..];
        at.Offset += at.Begin + taken;
        at.Begin = 0;
        if (rest.Length >= MaxLine)
        {
            Skipped++;
            at.Offset += rest.Length;
            at.SkipsFirst = true;
            at.Filled = 0;
            return;
        }

        if (rest.Length == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        else
        {
            rest.CopyTo(_buffer);
        }

        at.Filled = rest.Length;
    }

    private int Read(Stream stream, Span<byte> target)
    {
        try
        {
            return stream.Read(target);
        }
        catch (InvalidDataException)
        {
            IsDamaged = true;
            return 0;
        }
    }
}
