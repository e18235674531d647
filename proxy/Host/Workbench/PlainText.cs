using System.Globalization;
using System.Text;

namespace ImdsProxy.Workbench;

/// <summary>Escapes texts from a log, so that they cannot control a terminal. Pods choose resources, selectors and user agents.</summary>
internal static class PlainText
{
    /// <summary>The text with every character outside of printable ASCII escaped.</summary>
    public static string Of(string text)
    {
        if (text.All(IsPlain))
        {
            return text;
        }

        var safe = new StringBuilder();
        foreach (var c in text)
        {
            if (IsPlain(c))
            {
                safe.Append(c);
            }
            else
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
        }

        return safe.ToString();
    }

    /// <summary>A number with a separator of thousands.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number and its noun.</summary>
    public static string Count(long number, string noun) => $"{Number(number)} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>The day of a moment in UTC.</summary>
    public static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool IsPlain(char c) => c is >= ' ' and <= '~';
}
