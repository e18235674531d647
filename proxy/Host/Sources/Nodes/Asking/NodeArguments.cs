using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Core.Audit.Query;
using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>The command line of the program on a node. Each value is one argument with its flag, so that no value can be taken for a flag.</summary>
internal static class NodeArguments
{
    public static ImmutableArray<string> Of(string kind, AuditQuestion question, TimeSpan deadline, params IEnumerable<string> more) =>
    [
        "audit",
        "node",
        $"--stream={NodeStream.Version}",
        $"--answer={kind}",
        string.Create(CultureInfo.InvariantCulture, $"--deadline={Math.Ceiling(deadline.TotalSeconds)}s"),
        .. question.Terms.SelectMany(TermOf),
        .. question.Since is { } since ? [$"--since={Text(since)}"] : Array.Empty<string>(),
        .. question.Until is { } until ? [$"--until={Text(until)}"] : Array.Empty<string>(),
        .. more,
    ];

    private static IEnumerable<string> TermOf(AuditTerm term)
    {
        if (term.Negated)
        {
            yield return "--not";
        }

        yield return term.Name == AuditTerm.Issued ? "--issued" : $"--{term.Name}={term.Value}";
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
