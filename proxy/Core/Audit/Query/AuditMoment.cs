using System.Globalization;

namespace ImdsProxy.Core.Audit.Query;

/// <summary>A moment as people write it.</summary>
public static class AuditMoment
{
    private const string Cure = "write a duration before now such as 90s, 15m, 2h or 7d, or a moment such as 2026-11-21T04:30:00Z";

    /// <summary>Reads a duration before now, or RFC 3339.</summary>
    /// <exception cref="FormatException">It is neither; the message shows examples.</exception>
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

    /// <summary>Reads <c>5m</c>; null for anything else.</summary>
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
