using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>The grouping key: fields, and time intervals such as <c>time:5m</c>.</summary>
internal sealed class StatsKey
{
    private const string TimePrefix = "time:";

    private StatsKey(string text, ImmutableArray<(AuditColumn? Column, TimeSpan Width)> parts, ImmutableArray<string> names)
    {
        Text = text;
        Parts = parts;
        Names = names;
    }

    /// <summary>The key as it was written.</summary>
    public string Text { get; }

    public ImmutableArray<string> Names { get; }

    /// <summary>The parts: a column or, if it is null, a time interval.</summary>
    public ImmutableArray<(AuditColumn? Column, TimeSpan Width)> Parts { get; }

    /// <summary>Whether the first part is the time, in which case groups are ordered by time.</summary>
    public bool ByTime => Parts[0].Column is null;

    /// <summary>Parses a comma-separated list of names.</summary>
    /// <exception cref="FormatException">A name is invalid. The message shows an example.</exception>
    public static StatsKey Parse(string text)
    {
        var names = text.Split(',');
        if (names.GroupBy(name => name.Split(':')[0], StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new FormatException($"'{twice.Key}' occurs twice; name each field once, for example owner,resource");
        }

        return new StatsKey(text, [.. names.Select(Column)], [.. names.Select(name => name.StartsWith(TimePrefix, StringComparison.Ordinal) ? "time" : name)]);
    }

    public string[] Of(AuditLine fields, ReadOnlySpan<byte> line)
    {
        var key = new string[Parts.Length];
        for (var i = 0; i < key.Length; i++)
        {
            var (column, width) = Parts[i];
            key[i] = (column is null ? Time(fields, line, width) : column.Of(fields, line)) ?? "-";
        }

        return key;
    }

    private static (AuditColumn? Column, TimeSpan Width) Column(string name)
    {
        if (!name.StartsWith(TimePrefix, StringComparison.Ordinal))
        {
            return (AuditColumn.Parse(name)[0], default);
        }

        return AuditMoment.Duration(name[TimePrefix.Length..]) is { Ticks: > 0 } width
            ? (null, width)
            : throw new FormatException($"'{name}': write an interval such as time:5m or time:1h");
    }

    private static string? Time(AuditLine fields, ReadOnlySpan<byte> line, TimeSpan width) =>
        DateTimeOffset.TryParse(fields.GetText(line, AuditField.Time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new DateTimeOffset(time.UtcTicks - (time.UtcTicks % width.Ticks), TimeSpan.Zero).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : null;
}
