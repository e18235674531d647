using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>The time that a line bears, in an order that is the one of its bytes.</summary>
internal static class LineTime
{
    /// <summary>The time; empty where the line bears none.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> line)
    {
        // As the writer begins each line.
        var begin = "{\"ts\":\""u8;
        if (line.StartsWith(begin))
        {
            var rest = line[begin.Length..];
            return rest[..Math.Max(0, rest.IndexOf((byte)'"'))];
        }

        var fields = new AuditLine();
        return fields.TryParse(line) ? fields.Get(line, AuditField.Time).ToArray() : default;
    }

    /// <summary>Below 0 where the first line is the earlier one.</summary>
    public static int Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Of(one).SequenceCompareTo(Of(other));
}
