using System.Collections.Immutable;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>
/// Finds the lines of a unit that match a query. It searches the raw bytes for the query's literals and parses only lines that
/// contain a literal. The parsed fields then decide. For use by one thread.
/// </summary>
internal sealed class UnitScanner
{
    // Small enough to stay in a core's cache between reading and searching.
    private const int BufferSize = 512 << 10;

    // Longer than any line of ours. A longer foreign line must not exhaust memory.
    private const int MaxLine = 8 << 20;

    private readonly AuditQuery _query;
    private readonly ImmutableArray<ReadOnlyMemory<byte>> _literals;
    private readonly AuditLine _fields = new();
    private byte[] _buffer = new byte[BufferSize];

    public UnitScanner(AuditQuery query)
    {
        _query = query;
        _literals = query.Literals;
    }

    /// <summary>The number of lines that were not valid records, torn lines included.</summary>
    public long Skipped { get; private set; }

    /// <summary>Returns the matching lines of a unit, in blocks of whole lines.</summary>
    public IEnumerable<LineBuffer> Scan(ScanUnit unit)
    {
        using var stream = unit.Open();
        var block = new UnitPosition(unit.Start > 0 ? unit.Start - 1 : 0, unit.Start > 0);
        Skip(stream, block.Offset);
        while (!block.Done)
        {
            var matches = new LineBuffer(0);
            Step(unit, stream, block, matches);
            if (matches.Length > 0)
            {
                yield return matches;
            }
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

    private void Step(ScanUnit unit, Stream stream, UnitPosition at, LineBuffer matches)
    {
        var read = Read(stream, _buffer.AsSpan(at.Filled));
        var bytes = _buffer.AsSpan(0, at.Filled + read);
        if (at.SkipsFirst)
        {
            SkipFirst(bytes, at);
        }

        var whole = Whole(bytes, unit, at);
        ScanLines(whole, matches);
        if (read == 0 && !at.Done)
        {
            TakeTorn(bytes, at, whole.Length);
            return;
        }

        Carry(bytes, at, whole.Length);
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

    private void TakeTorn(ReadOnlySpan<byte> bytes, UnitPosition at, int taken)
    {
        at.Done = true;
        if (bytes.Length > at.Begin + taken)
        {
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

    private static int Read(Stream stream, Span<byte> target)
    {
        try
        {
            return stream.Read(target);
        }
        catch (InvalidDataException)
        {
            // The gzip stream is truncated or damaged. Lines read so far count; the rest is torn.
            return 0;
        }
    }

    private void ScanLines(ReadOnlySpan<byte> lines, LineBuffer matches)
    {
        switch (_literals.Length)
        {
            case 0:
                ScanAll(lines, matches);
                break;
            case 1:
                ScanFor(_literals[0].Span, lines, matches);
                break;
            default:
                ScanForAny(lines, matches);
                break;
        }
    }

    private void ScanFor(ReadOnlySpan<byte> literal, ReadOnlySpan<byte> lines, LineBuffer matches)
    {
        while (lines.IndexOf(literal) is var hit and >= 0)
        {
            lines = Test(lines, hit, matches);
        }
    }

    private void ScanForAny(ReadOnlySpan<byte> lines, LineBuffer matches)
    {
        Span<int> next = stackalloc int[_literals.Length];
        var done = 0;
        next.Fill(-1);
        while (true)
        {
            var first = int.MaxValue;
            for (var i = 0; i < next.Length; i++)
            {
                if (next[i] < done)
                {
                    var hit = lines[done..].IndexOf(_literals[i].Span);
                    next[i] = hit < 0 ? int.MaxValue : done + hit;
                }

                first = Math.Min(first, next[i]);
            }

            if (first == int.MaxValue)
            {
                return;
            }

            done = lines.Length - Test(lines[done..], first - done, matches).Length;
        }
    }

    private void ScanAll(ReadOnlySpan<byte> lines, LineBuffer matches)
    {
        while (!lines.IsEmpty)
        {
            lines = Test(lines, 0, matches);
        }
    }

    // Tests the line around a position and returns the bytes after it.
    private ReadOnlySpan<byte> Test(ReadOnlySpan<byte> lines, int place, LineBuffer matches)
    {
        var start = lines[..place].LastIndexOf((byte)'\n') + 1;
        var end = place + lines[place..].IndexOf((byte)'\n');
        var line = RecordIn(lines[start..end]);
        if (!_fields.TryParse(line))
        {
            Skipped++;
        }
        else if (_query.Matches(_fields, line))
        {
            line.CopyTo(matches.GetSpan(line.Length + 1));
            matches.GetSpan(line.Length + 1)[line.Length] = (byte)'\n';
            matches.Advance(line.Length + 1);
        }

        return lines[(end + 1)..];
    }

    // A container runtime or kubectl may have put a prefix before the record.
    private static ReadOnlySpan<byte> RecordIn(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] == (byte)'{')
        {
            return line.TrimEnd((byte)'\r');
        }

        var start = line.IndexOf("{\"ts\":"u8);
        return start < 0 ? line : line[start..].TrimEnd((byte)'\r');
    }
}
