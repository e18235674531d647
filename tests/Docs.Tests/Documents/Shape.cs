using System.Text.RegularExpressions;

namespace ImdsProxy.Docs.Tests.Documents;

/// <summary>A line of output without the parts that differ between runs: times, ids, numbers, bars and column widths.</summary>
internal static partial class Shape
{
    /// <summary>
    /// Whether any line of the output has the shape of the shown line. A <c>…</c> at the end of the shown line stands for any
    /// rest.
    /// </summary>
    public static bool IsAmong(string shown, IEnumerable<string> output)
    {
        var wanted = Of(shown);
        return wanted.EndsWith('…')
            ? output.Any(line => Of(line).StartsWith(wanted[..^1].TrimEnd(), StringComparison.Ordinal))
            : output.Any(line => Of(line) == wanted);
    }

    private static string Of(string line)
    {
        line = Time().Replace(line, "<time>");
        line = Guid().Replace(line, "<id>");
        line = TokenId().Replace(line, "<id>");
        line = Revision().Replace(line, "<id>");
        line = Number().Replace(line, "<n>");
        return Space().Replace(line.Replace("█", "", StringComparison.Ordinal), " ").Trim();
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Guid();

    [GeneratedRegex(@"(?<![\w-])[\w-]{22}(?![\w-])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TokenId();

    [GeneratedRegex(@"\b[0-9a-f]{12}\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Revision();

    [GeneratedRegex(@"\b\d+(\.\d+)?\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Space();
}
