namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The parts of a line that are not left out.</summary>
internal sealed class LinePieces
{
    private const int Most = 20;

    private readonly (int Start, int Length)[] _pieces = new (int, int)[Most];
    private int _count;

    public void Clear() => _count = 0;

    public void Add(int start, int end) => _pieces[_count++] = (start, end - start);

    /// <summary>The hash of all pieces and of the places between them.</summary>
    public LineHash HashOf(ReadOnlySpan<byte> line)
    {
        var hash = default(LineHash);
        foreach (var (start, length) in _pieces.AsSpan(0, _count))
        {
            hash.Add(line.Slice(start, length));
        }

        return hash;
    }
}
