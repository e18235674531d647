using System.Text.RegularExpressions;
using ImdsProxy.Docs.Tests.Documents;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Stores;

namespace ImdsProxy.LoadTests.Stores;

/// <summary>The questions of <c>docs/audit-search.md</c> and of the dashboard, read from there.</summary>
internal static partial class DocumentedQuestions
{
    private const string Page = "docs/audit-search.md";

    public static IReadOnlyList<StoreQuestion> Read()
    {
        var lines = File.ReadAllLines(WorkingCopy.At(Page));
        return
        [
            .. new Document(Page).Blocks.Where(static block => block.Language == "sql").GroupBy(block => Heading(lines, block.Line), StringComparer.Ordinal)
                .SelectMany(static section => section.Select((block, at) => new StoreQuestion(at == 0 ? section.Key : $"{section.Key} Statement {at + 1}", Statement: block.Text))),
            .. Dashboard.Read().Select(static query => new StoreQuestion($"panel: {query.Title}", Statement: query.Statement)),
            .. lines.SelectMany((line, at) => Command().Matches(line).Select(match => new StoreQuestion(Heading(lines, at), Command: $"audit {match.Groups["verb"].Value} {match.Groups["flags"].Value.Trim()}")))
                .DistinctBy(static question => question.Command, StringComparer.Ordinal),
        ];
    }

    private static string Heading(string[] lines, int at) => lines[..at].Last(static line => line.StartsWith('#')).TrimStart('#', ' ');

    // A command that reads a directory or the documented store. `--nodes` and the commands of the example over 200 nodes are no questions to a store.
    [GeneratedRegex(@"imds-proxy audit (?<verb>search|stats) (DIR|/var/log/imds-proxy|--clickhouse \S+ --clickhouse-user \S+ --clickhouse-password-file \S+ --table \S+) (?<flags>[^`]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Command();
}
