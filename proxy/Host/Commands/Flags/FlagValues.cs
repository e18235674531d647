using System.Globalization;
using System.Net;

namespace ImdsProxy.Commands.Flags;

/// <summary>Parsers for flag values. Each throws a <see cref="FormatException"/> that says what to write instead.</summary>
internal static class FlagValues
{
    /// <summary>Parses a duration: <c>900ms</c>, <c>2s</c>, <c>5m</c>, <c>24h</c>, <c>7d</c>.</summary>
    public static TimeSpan Duration(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and > 0 ? end : 0;
        if (digits == 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1_000_000_000)
        {
            throw new FormatException("write a duration such as 900ms, 2s, 5m, 24h or 7d");
        }

        return text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            "d" => TimeSpan.FromDays(Math.Min(number, 3_000_000)),
            _ => throw new FormatException("write a duration such as 900ms, 2s, 5m, 24h or 7d"),
        };
    }

    /// <summary>Parses a size in bytes: <c>512</c>, <c>64KiB</c>, <c>16MiB</c>, <c>1GiB</c>.</summary>
    public static long Size(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 1L << 32)
        {
            throw new FormatException("write a size such as 512, 64KiB, 16MiB or 1GiB");
        }

        return number * text[digits..] switch
        {
            "" => 1L,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            _ => throw new FormatException("write a size such as 512, 64KiB, 16MiB or 1GiB"),
        };
    }

    /// <summary>Parses <c>IP:PORT</c>. Port 0 means a free port.</summary>
    public static IPEndPoint IpEndPoint(string text) =>
        text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endPoint)
            ? endPoint
            : throw new FormatException("write an address and a port, such as 127.0.0.1:16254");

    /// <summary>Parses a whole number, 0 or more.</summary>
    public static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("write a whole number, 0 or more");

    /// <summary>Parses a port. 0 means a free port.</summary>
    public static int Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : throw new FormatException("write a port from 0 to 65535");

    /// <summary>Parses an IP address.</summary>
    public static IPAddress Ip(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new FormatException("write an IP address, such as 10.244.0.11");

    /// <summary>Returns a parser that accepts only these words.</summary>
    public static Func<string, string> OneOf(params string[] words) => text =>
        words.Contains(text, StringComparer.Ordinal) ? text : throw new FormatException($"write {string.Join(" or ", words)}");
}
