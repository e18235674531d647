using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Demands.Reducing;

namespace ImdsProxy.Audit.Reduce;

/// <summary>Reduces units of a log. For use by one thread.</summary>
internal sealed class UnitReducer(DemandReducer demands, Action<int> progress)
{
    private readonly UnitReader _reader = new();
    private readonly List<UnreadSource> _unread = [];

    public DemandReducer Demands => demands;

    public ClusterNames Clusters { get; } = new();

    /// <summary>The parts of the units that could not be read.</summary>
    public IReadOnlyList<UnreadSource> Unread => _unread;

    /// <summary>The number of lines that are too long or have no end.</summary>
    public long Torn { get; private set; }

    public void Reduce(ScanUnit unit, CancellationToken cancellation)
    {
        var before = _reader.Skipped;
        try
        {
            foreach (var block in _reader.Blocks(unit))
            {
                cancellation.ThrowIfCancellationRequested();
                AddLines(block.Span);
                progress(block.Length);
            }

            Note(unit, before);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Retention has deleted the segment.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _unread.Add(UnreadSource.Of(NameOf(unit), e));
        }
    }

    /// <summary>Reduces one line without its line feed.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        Clusters.Add(line);
        demands.Add(line);
    }

    private static string NameOf(ScanUnit unit) => unit.Path ?? SearchSource.Stdin;

    private void AddLines(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            Add(lines[..end]);
            lines = lines[(end + 1)..];
        }
    }

    private void Note(ScanUnit unit, long before)
    {
        if (_reader.IsDamaged)
        {
            _unread.Add(new UnreadSource(NameOf(unit), "the gzip data is truncated or damaged; the records before the damage count"));
        }
        else if (!(_reader.IsTorn && IsBeingWritten(unit)))
        {
            Torn += _reader.Skipped - before;
        }
    }

    // The proxy may be writing the last segment of a chain.
    private static bool IsBeingWritten(ScanUnit unit) => unit is { Segment: not null, Ended: null };
}
