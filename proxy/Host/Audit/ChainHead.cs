using System.Text;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>How far a chain has come: its last whole line.</summary>
/// <param name="Instance">Whose chain.</param>
/// <param name="Seq">The number of its last line.</param>
/// <param name="Hash">The hash of that line.</param>
/// <param name="Segment">The segment that holds it, by the name it had uncompressed.</param>
internal sealed record ChainHead(string Instance, long Seq, string Hash, string Segment)
{
    // The longest line that is looked for at a segment's end.
    private const int Tail = 1 << 20;

    /// <summary>The heads of all chains that have a segment in a directory.</summary>
    public static IReadOnlyList<ChainHead> ReadAll(string directory) =>
    [
        .. SegmentEntry.ReadAll(directory)
            .GroupBy(entry => entry.Name.Instance, StringComparer.Ordinal)
            .Select(chain => chain.Reverse().Select(TryRead).FirstOrDefault(head => head is not null))
            .OfType<ChainHead>(),
    ];

    /// <summary>The last whole line of one segment, or null where it has none.</summary>
    public static ChainHead? TryRead(SegmentEntry segment)
    {
        try
        {
            using var lines = new LineReader(OpenAtTail(segment));
            ChainHead? head = null;
            while (lines.TryRead(out var line))
            {
                head = lines.Torn ? head : Read(segment, line) ?? head;
            }

            return head;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Removed meanwhile, or another's: verify will miss what it then misses.
            return null;
        }
    }

    // A process's last segment is never compressed, so that this costs one read.
    private static Stream OpenAtTail(SegmentEntry segment)
    {
        var stream = segment.Open();
        if (!segment.Compressed)
        {
            stream.Position = Math.Max(0, stream.Length - Tail);
        }

        return stream;
    }

    private static ChainHead? Read(SegmentEntry segment, ReadOnlySpan<byte> line)
    {
        var fields = new AuditLine();
        if (!fields.TryParse(line) || !fields.TryGetNumber(line, AuditField.Seq, out var seq))
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[64];
        ChainHash.Of(line, hash);
        return new ChainHead(segment.Name.Instance, (long)seq, Encoding.ASCII.GetString(hash), segment.Name.ToString());
    }
}
