using System.Text.RegularExpressions;

namespace ImdsProxy.Docs.Tests.Documents;

/// <summary>Tables whose last column has the heading "command".</summary>
internal static partial class CommandTable
{
    private static readonly string[] Programs = ["helm ", "imds ", "imds-proxy ", "kubectl "];

    /// <summary>Whether a line is the heading of such a table.</summary>
    public static bool IsHead(string line) => line.StartsWith('|') && LastCell(line) == "command";

    /// <summary>The commands of a row, as blocks. A comment in the cell says why they are not run.</summary>
    public static IEnumerable<Block> Commands(string row, int line)
    {
        var cell = LastCell(row);
        var comment = Comment().Match(cell).Groups["text"].Value.Trim();
        return Code().Matches(cell).Select(match => match.Groups["text"].Value.Replace(@"\|", "|", StringComparison.Ordinal))
            .Where(code => Programs.Any(program => code.StartsWith(program, StringComparison.Ordinal)))
            .Select(code => new Block(line, "sh", code, comment));
    }

    private static string LastCell(string line) => Bar().Split(line.Trim())[^2].Trim();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bar();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex("<!--(?<text>.*?)-->", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();
}
