using System.Collections.Immutable;
using System.Globalization;
using ImdsProxy.Core.Demands;

namespace ImdsProxy.Workbench;

/// <summary>Writes the records behind an answer, and their gaps, as text.</summary>
internal static class CoverageText
{
    // More lines would push the answer off the screen. The JSON has all of them.
    private const int MostLines = 5;

    public static void Write(LogBasis basis, TextWriter output)
    {
        var coverage = basis.Coverage;
        output.WriteLine($"rests on {PlainText.Count(basis.Requests, "request")}: {PlainText.Count(coverage.Days, "day")}, {PlainText.Count(coverage.Nodes.Length, "node")}{Range(coverage)}");
        var gaps = coverage.Gaps.GroupBy(static gap => (gap.Node, gap.Kind)).OrderByDescending(static same => same.Sum(static gap => (gap.To - gap.From).Ticks)).ToList();
        foreach (var same in gaps.Take(MostLines))
        {
            output.WriteLine($"  {(same.Key.Node.Length > 0 ? PlainText.Of(same.Key.Node) : "a node without a name")} lacks {Lacking([.. same])}");
        }

        if (gaps.Count > MostLines || coverage.MoreGaps > 0)
        {
            output.WriteLine($"  and {PlainText.Count(gaps.Skip(MostLines).Sum(static same => same.Count()) + coverage.MoreGaps, "more gap")}: -o json lists them");
        }

        foreach (var missing in Missing(basis))
        {
            output.WriteLine($"  PARTIAL: {missing}");
        }
    }

    /// <summary>The name of a gap's kind in JSON.</summary>
    public static string Name(GapKind kind) => kind switch
    {
        GapKind.Hole => "hole",
        GapKind.Lost => "lost",
        GapKind.Retention => "retention",
        _ => "silent",
    };

    /// <summary>The parts of the log that the answer lacks, each in one line.</summary>
    public static ImmutableArray<string> Missing(LogBasis basis) =>
    [
        .. basis.Unread.Select(static source => $"{PlainText.Of(source.Path)}: {PlainText.Of(source.Message)}"),
        .. basis.NotRecords > 0 ? [$"{PlainText.Count(basis.NotRecords, "line")} {(basis.NotRecords == 1 ? "is not a record" : "are not records")} and {(basis.NotRecords == 1 ? "was" : "were")} skipped"] : Array.Empty<string>(),
        .. basis.Newer > 0 ? [$"{PlainText.Count(basis.Newer, "record")} of a newer version could not be judged: use a newer imds-proxy"] : Array.Empty<string>(),
    ];

    private static string Range(Coverage coverage) =>
        coverage is { From: { } from, To: { } to } ? $" ({Moment(from)} to {Moment(to)} UTC)" : "";

    private static string Lacking(List<CoverageGap> gaps)
    {
        var lines = gaps.Sum(static gap => gap.Lines);
        var time = TimeSpan.FromTicks(gaps.Sum(static gap => (gap.To - gap.From).Ticks));
        var much = lines > 0 ? PlainText.Count(lines, "record")
            : time >= TimeSpan.FromDays(1) ? PlainText.Count((long)Math.Round(time.TotalDays), "day")
            : time >= TimeSpan.FromHours(1) ? PlainText.Count((long)Math.Round(time.TotalHours), "hour")
            : PlainText.Count((long)Math.Ceiling(time.TotalMinutes), "minute");
        var when = gaps.Count == 1 ? $"from {Moment(gaps[0].From)} to {Moment(gaps[0].To)}" : $"in {gaps.Count} gaps between {Moment(gaps.Min(static gap => gap.From))} and {Moment(gaps.Max(static gap => gap.To))}";
        return $"{much} {when} ({Why(gaps[0].Kind)})";
    }

    private static string Why(GapKind kind) => kind switch
    {
        GapKind.Hole => "missing from the log",
        GapKind.Lost => "the proxy could not write them",
        GapKind.Retention => "retention",
        _ => "neither a record nor a sign of life",
    };

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
