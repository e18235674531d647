using System.Globalization;
using System.Text;

namespace ImdsProxy.Core.Audit.Sql;

/// <summary>
/// Writes texts as ClickHouse literals. Values may be hostile, so every byte except letters, digits and a few harmless characters is
/// written as its code: no value can end its literal, and the statement is printable ASCII.
/// </summary>
public static class SqlText
{
    private const string Plain = " -._:/@*=,";

    /// <summary>A text as a literal.</summary>
    public static string Quote(string text) => Quote(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes as a literal.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes)
    {
        var literal = new StringBuilder(bytes.Length + 2).Append('\'');
        foreach (var value in bytes)
        {
            var c = (char)value;
            _ = char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)
                ? literal.Append(c)
                : literal.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
        }

        return literal.Append('\'').ToString();
    }

    /// <summary>A pattern for LIKE, as a literal: the parts in order, with any characters between them.</summary>
    internal static string QuoteLike(IEnumerable<string> parts) => Quote(string.Join('%', parts.Select(EscapeLike)));

    /// <summary>A number, or null if ClickHouse has no literal for it.</summary>
    internal static string? Number(double number) => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : null;

    /// <summary>A time with the precision of the log.</summary>
    internal static string Time(DateTimeOffset moment) =>
        $"toDateTime64('{moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture)}', 7, 'UTC')";

    private static string EscapeLike(string part) => part
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);
}
