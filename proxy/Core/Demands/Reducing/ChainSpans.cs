namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The sequence numbers of one chain that were seen, as spans without holes.</summary>
/// <param name="node">The node of the chain.</param>
internal sealed class ChainSpans(NodeCoverage node)
{
    // A complete chain has one span for each part that was read separately. Each hole adds one span.
    private const int MostSpans = 1024;

    private readonly List<Span> _spans = [];
    private int _last;

    public NodeCoverage Node { get; } = node;

    /// <summary>The spans in ascending order.</summary>
    public IReadOnlyList<Span> Spans => _spans;

    /// <summary>Whether there were too many holes to keep. Then the spans are incomplete.</summary>
    public bool IsScattered { get; private set; }

    public long Lines { get; private set; }

    public void Add(long seq, long ticks)
    {
        Node.See(ticks);
        if (seq <= 0)
        {
            return;
        }

        Lines++;
        if (_last < _spans.Count && _spans[_last] is var span && span.Last + 1 == seq && (_last + 1 == _spans.Count || _spans[_last + 1].First > seq + 1))
        {
            _spans[_last] = span with { Last = seq, LastTicks = ticks };
            return;
        }

        Insert(new Span(seq, seq, ticks, ticks));
    }

    public void Add(ChainSpans other) => Add(other.Lines, other.IsScattered, other._spans);

    /// <summary>Adds lines that were seen elsewhere.</summary>
    public void Add(long lines, bool isScattered, IEnumerable<Span> spans)
    {
        Lines += lines;
        IsScattered |= isScattered;
        foreach (var span in spans)
        {
            Insert(span);
        }
    }

    // Merges the new span with those that it touches.
    private void Insert(Span added)
    {
        var first = IndexOf(added.First);
        while (first > 0 && _spans[first - 1].Last + 1 >= added.First)
        {
            first--;
        }

        var end = first;
        while (end < _spans.Count && _spans[end].First <= added.Last + 1)
        {
            added = Union(added, _spans[end++]);
        }

        _spans.RemoveRange(first, end - first);
        _spans.Insert(first, added);
        _last = first;
        if (_spans.Count > MostSpans)
        {
            IsScattered = true;
            _spans[^2] = Union(_spans[^2], _spans[^1]);
            _spans.RemoveAt(_spans.Count - 1);
            _last = 0;
        }
    }

    // The first span that begins after a number.
    private int IndexOf(long seq)
    {
        var (low, high) = (0, _spans.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _spans[middle].First <= seq ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static Span Union(Span one, Span other) => new(
        Math.Min(one.First, other.First),
        Math.Max(one.Last, other.Last),
        one.First <= other.First ? one.FirstTicks : other.FirstTicks,
        one.Last >= other.Last ? one.LastTicks : other.LastTicks);

    /// <summary>Consecutive sequence numbers, with the times of the first and the last line.</summary>
    internal readonly record struct Span(long First, long Last, long FirstTicks, long LastTicks);
}
