using System.Globalization;
using System.Text;

namespace ImdsProxy.Workbench;

/// <summary>
/// Escapes text for an XML 1.0 document. The framework's XmlWriter would add half a megabyte to the program for one report.
/// </summary>
internal static class XmlText
{
    /// <summary>The text as content or as the value of an attribute in double quotes. U+FFFD replaces what no XML document may contain.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                // A parser replaces them by a space in an attribute, and a carriage return by a line feed everywhere.
                '\t' or '\n' or '\r' => escaped.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};"),
                _ => escaped.Append(IsAllowed(rune.Value) ? rune.ToString() : "\uFFFD"),
            };
        }

        return escaped.ToString();
    }

    // The production Char of XML 1.0, section 2.2. Runes are never surrogates.
    private static bool IsAllowed(int value) => value >= 0x20 && value is not (0xFFFE or 0xFFFF);
}
