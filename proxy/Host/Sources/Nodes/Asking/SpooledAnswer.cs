using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;
using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>The matching lines of one part, in the order in which the node found them.</summary>
internal sealed class SpooledAnswer(LineSpool spool) : IPartAnswer
{
    // Memory holds at most two blocks of each node: 160 MB for 5,000 nodes with many matches.
    private const int BlockBytes = 16 << 10;

    private readonly List<(long Start, int Length)> _blocks = [];
    private readonly AuditLine _fields = new();
    private LineBuffer _last = new(0);

    /// <summary>The number of lines, or 0 if the answer is incomplete.</summary>
    public long Count { get; private set; }

    /// <summary>The lines that are not records for this version, and those that the node skipped.</summary>
    public long Skipped { get; private set; }

    /// <inheritdoc />
    public async ValueTask AddAsync(ReadOnlyMemory<byte> line)
    {
        if (!_fields.TryParse(line.Span))
        {
            Skipped++;
            return;
        }

        if (_last.Length > 0 && _last.Length + line.Length >= BlockBytes)
        {
            _blocks.Add(await spool.AddAsync(_last.WrittenMemory));
            _last.Length = 0;
        }

        line.Span.CopyTo(_last.GetSpan(line.Length + 1));
        _last.GetSpan(line.Length + 1)[line.Length] = (byte)'\n';
        _last.Advance(line.Length + 1);
        Count++;
    }

    /// <inheritdoc />
    public void Complete(NodeAnswerEnd end)
    {
        Skipped += end.Skipped;
        IsComplete = true;
    }

    /// <summary>Whether the answer has its end.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The lines, if the answer is complete.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Lines()
    {
        foreach (var block in IsComplete ? _blocks.Select(spool.Read).Append(_last.WrittenMemory.ToArray()) : [])
        {
            for (ReadOnlyMemory<byte> rest = block; rest.Length > 0;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                yield return rest[..end];
                rest = rest[(end + 1)..];
            }
        }
    }
}
