using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>The input of a search: directories, files, or stdin.</summary>
internal sealed class SearchSource
{
    /// <summary>The path that stands for stdin.</summary>
    public const string Stdin = "-";

    // A record carries its request's arrival time. The longest request, the first one for scheduled events, takes two
    // minutes (IMDS's documentation). Five minutes leave room for a clock change.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    private readonly IReadOnlyList<string> _paths;

    public SearchSource(IReadOnlyList<string> paths) => _paths = paths;

    /// <summary>The number of segments that were not opened, because none of their records can be in the time range.</summary>
    public int Passed { get; private set; }

    /// <summary>
    /// The units that may contain matching lines, in the order of their segments' start. Files that are not segments come
    /// last.
    /// </summary>
    public IReadOnlyList<ScanUnit> Units(AuditQuery query) =>
        [.. _paths.SelectMany(path => UnitsOf(path, query)).OrderBy(unit => unit.Segment?.Start ?? DateTimeOffset.MaxValue)];

    private IEnumerable<ScanUnit> UnitsOf(string path, AuditQuery query)
    {
        if (path == Stdin)
        {
            return [new ScanUnit(Console.OpenStandardInput, 0, long.MaxValue, null, null)];
        }

        return Directory.Exists(path)
            ? InTime(SegmentEntry.ReadAll(path), query).SelectMany(found => ScanUnit.OfFile(found.Segment.Path, found.Segment.Compressed, found.Segment.Name, found.Ended))
            : ScanUnit.OfFile(path, path.EndsWith(".gz", StringComparison.Ordinal), SegmentName.Parse(Path.GetFileName(path)));
    }

    // A segment ends when the next segment of its instance begins. The end of an instance's last segment is unknown.
    private List<(SegmentEntry Segment, DateTimeOffset? Ended)> InTime(IReadOnlyList<SegmentEntry> segments, AuditQuery query)
    {
        // When segments of many nodes are collected in one directory, two instances may have the same four digits.
        var starts = segments.GroupBy(segment => (segment.Name.Instance, segment.Name.Number)).ToDictionary(same => same.Key, same => same.Max(segment => segment.Name.Start) + Slack);
        var wanted = segments
            .Select(segment => (Segment: segment, Ended: starts.TryGetValue((segment.Name.Instance, segment.Name.Number + 1), out var end) ? end : (DateTimeOffset?)null))
            .Where(found =>
                (query.Until is not { } until || found.Segment.Name.Start - Slack <= until)
                && (query.Since is not { } since || found.Ended is not { } ended || ended >= since))
            .ToList();
        Passed += segments.Count - wanted.Count;
        return wanted;
    }
}
