namespace ImdsProxy.Workbench;

/// <summary>The records behind an answer, and their gaps.</summary>
/// <param name="From">The first record.</param>
/// <param name="To">The last record.</param>
/// <param name="Nodes">The number of nodes.</param>
/// <param name="Days">The number of days with a record.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="Gaps">What is missing.</param>
/// <param name="MoreGaps">The number of gaps that are not listed, if any.</param>
/// <param name="Unread">The sources that could not be read, if any.</param>
/// <param name="NotRecords">The number of lines that are not records, if any.</param>
/// <param name="NewerRecords">The number of records that this version does not understand, if any.</param>
internal sealed record CoverageJson(
    DateTime? From,
    DateTime? To,
    int Nodes,
    int Days,
    long Requests,
    IReadOnlyList<CoverageJson.Gap> Gaps,
    int? MoreGaps,
    IReadOnlyList<CoverageJson.Source>? Unread,
    long? NotRecords,
    long? NewerRecords)
{
    public static CoverageJson Of(LogBasis basis) => new(
        basis.Coverage.From?.UtcDateTime,
        basis.Coverage.To?.UtcDateTime,
        basis.Coverage.Nodes.Length,
        basis.Coverage.Days,
        basis.Requests,
        [.. basis.Coverage.Gaps.Select(static gap => new Gap(gap.Node, CoverageText.Name(gap.Kind), gap.From.UtcDateTime, gap.To.UtcDateTime, gap.Lines > 0 ? gap.Lines : null))],
        basis.Coverage.MoreGaps > 0 ? basis.Coverage.MoreGaps : null,
        basis.Unread.IsEmpty ? null : [.. basis.Unread.Select(static source => new Source(source.Path, source.Message))],
        basis.NotRecords > 0 ? basis.NotRecords : null,
        basis.Newer > 0 ? basis.Newer : null);

    /// <summary>Records that are missing.</summary>
    internal sealed record Gap(string Node, string Kind, DateTime From, DateTime To, long? Lines);

    /// <summary>A source that could not be read.</summary>
    internal sealed record Source(string Path, string Message);
}
