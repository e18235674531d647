using System.Globalization;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>Parses a point in time that a person typed.</summary>
public static class AuditMoment
{
    private const string Cure = "write how long ago, such as 90s, 15m, 2h or 7d, or a time such as 2026-11-21T04:30:00Z";

    /// <summary>Parses a duration before now, or an RFC 3339 timestamp.</summary>
    /// <exception cref="FormatException">The text is neither a duration nor a timestamp. The message shows examples.</exception>
    public static DateTimeOffset Parse(string text, DateTimeOffset now)
    {
        if (Duration(text) is { } duration)
        {
            return now - duration;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new FormatException(Cure);
    }

    /// <summary>Parses a duration such as <c>5m</c>. Returns null for anything else.</summary>
    public static TimeSpan? Duration(string text)
    {
        var unit = text.EndsWith("ms", StringComparison.Ordinal) ? 2 : 1;
        if (text.Length <= unit || !int.TryParse(text.AsSpan(0, text.Length - unit), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return text[^unit..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            "d" => TimeSpan.FromDays(Math.Min(number, 100_000)),
            "w" => TimeSpan.FromDays(Math.Min(number, 10_000) * 7),
            _ => null,
        };
    }
}
