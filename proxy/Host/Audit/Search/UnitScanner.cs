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
    private readonly AuditQuery _query;
    private readonly ImmutableArray<ReadOnlyMemory<byte>> _literals;
    private readonly AuditLine _fields = new();
    private readonly UnitReader _reader = new();
    private long _skipped;

    public UnitScanner(AuditQuery query)
    {
        _query = query;
        _literals = query.Literals;
    }

    /// <summary>The number of lines that were not valid records, torn lines included.</summary>
    public long Skipped => _skipped + _reader.Skipped;

    /// <summary>Returns the matching lines of a unit, in blocks of whole lines.</summary>
    public IEnumerable<LineBuffer> Scan(ScanUnit unit)
    {
        foreach (var block in _reader.Blocks(unit))
        {
            var matches = new LineBuffer(0);
            ScanLines(block.Span, matches);
            if (matches.Length > 0)
            {
                yield return matches;
            }
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
            _skipped += AnswerTrailer.IsComplete(line) ? 0 : 1;
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
