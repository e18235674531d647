using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>The time of a line. Its bytes sort in time order.</summary>
internal static class LineTime
{
    /// <summary>Returns the time, or an empty span if the line has no time.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> line)
    {
        // The writer begins each line with this text.
        var begin = "{\"ts\":\""u8;
        if (line.StartsWith(begin))
        {
            var rest = line[begin.Length..];
            return rest[..Math.Max(0, rest.IndexOf((byte)'"'))];
        }

        var fields = new AuditLine();
        return fields.TryParse(line) ? fields.Get(line, AuditField.Time).ToArray() : default;
    }

    /// <summary>Returns a negative number if the first line is earlier.</summary>
    public static int Compare(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Of(one).SequenceCompareTo(Of(other));
}
