using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>Reads times as records have them. Remembers the last hour, because consecutive lines share it.</summary>
internal sealed class RecordTime
{
    /// <summary>The length of <c>2026-11-21T04:30:00.1234567Z</c>.</summary>
    public const int Length = 28;

    private const int HourLength = 14;

    private readonly byte[] _hour = new byte[HourLength];
    private long _hourTicks;

    /// <summary>Reads a time as the writer writes it.</summary>
    /// <param name="text">28 bytes.</param>
    /// <param name="ticks">The time in UTC.</param>
    public bool TryRead(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (!text[..HourLength].SequenceEqual(_hour))
        {
            if (!TryReadAny(text, out ticks))
            {
                return false;
            }

            text[..HourLength].CopyTo(_hour);
            _hourTicks = ticks - (ticks % TimeSpan.TicksPerHour);
        }

        if (text[16] != ':' || text[19] != '.' || text[27] != 'Z' || !TryDigits(text.Slice(14, 2), out var minutes) || !TryDigits(text.Slice(17, 2), out var seconds) || !TryDigits(text.Slice(20, 7), out var fraction))
        {
            return false;
        }

        ticks = _hourTicks + (minutes * TimeSpan.TicksPerMinute) + (seconds * TimeSpan.TicksPerSecond) + fraction;
        return minutes < 60 && seconds < 60;
    }

    /// <summary>Reads a time in any form of RFC 3339.</summary>
    public static bool TryReadAny(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length is < 10 or > 40)
        {
            return false;
        }

        if (Utf8Parser.TryParse(text, out DateTimeOffset moment, out var consumed, 'O') && consumed == text.Length)
        {
            ticks = moment.UtcTicks;
            return true;
        }

        if (DateTimeOffset.TryParse(Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment))
        {
            ticks = moment.UtcTicks;
            return true;
        }

        return false;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
