using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Audit.Search;

/// <summary>What is searched: directories, files, or stdin.</summary>
internal sealed class SearchSource
{
    /// <summary>The word for stdin.</summary>
    public const string Stdin = "-";

    // A record bears the time its request came, and the longest request, the first one for scheduled events, takes
    // two minutes (IMDS's documentation); five leave room for a clock that was set.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    private readonly IReadOnlyList<string> _paths;

    public SearchSource(IReadOnlyList<string> paths) => _paths = paths;

    /// <summary>The paths.</summary>
    public IReadOnlyList<string> Paths => _paths;

    /// <summary>The same source, which has at least one path.</summary>
    /// <exception cref="FormatException">It has none.</exception>
    public SearchSource NotEmpty() => _paths.Count > 0
        ? this
        : throw new FormatException("nothing to search: give a directory, files, or -; for example: imds-proxy audit search /var/log/imds-proxy --since 1h --verdict denied");

    /// <summary>Segments that were left unopened, because nothing in them can be of the time asked for.</summary>
    public int Passed { get; private set; }

    /// <summary>The units that can hold what a query wants, by when their segments began; files that are no segments come last.</summary>
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

    // A segment ends where the next one of its instance begins; when an instance's last one ended is not known.
    private List<(SegmentEntry Segment, DateTimeOffset? Ended)> InTime(IReadOnlyList<SegmentEntry> segments, AuditQuery query)
    {
        // Where many nodes' segments were brought into one directory, two instances may have the same four digits.
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
