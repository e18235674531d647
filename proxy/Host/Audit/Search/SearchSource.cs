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
    private readonly Dictionary<(string Instance, int Number), DateTimeOffset> _starts = [];

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

    /// <summary>The units that can hold what a query wants, oldest first.</summary>
    public IReadOnlyList<ScanUnit> Units(AuditQuery query) => [.. _paths.SelectMany(path => UnitsOf(path, query))];

    private IEnumerable<ScanUnit> UnitsOf(string path, AuditQuery query)
    {
        if (path == Stdin)
        {
            return [new ScanUnit(Console.OpenStandardInput, 0, long.MaxValue, null)];
        }

        return Directory.Exists(path)
            ? InTime(SegmentEntry.ReadAll(path), query).SelectMany(segment => ScanUnit.OfFile(segment.Path, segment.Compressed, segment.Name))
            : ScanUnit.OfFile(path, path.EndsWith(".gz", StringComparison.Ordinal), SegmentName.Parse(Path.GetFileName(path)));
    }

    /// <summary>After when nothing was written to a segment, or null for an instance's last.</summary>
    public DateTimeOffset? EndOf(SegmentName segment) =>
        _starts.TryGetValue((segment.Instance, segment.Number + 1), out var end) ? end + Slack : null;

    // A segment ends where the next one of its instance begins.
    private List<SegmentEntry> InTime(IReadOnlyList<SegmentEntry> segments, AuditQuery query)
    {
        foreach (var segment in segments)
        {
            _starts[(segment.Name.Instance, segment.Name.Number)] = segment.Name.Start;
        }

        var wanted = segments.Where(segment =>
            (query.Until is not { } until || segment.Name.Start - Slack <= until)
            && (query.Since is not { } since || EndOf(segment.Name) is not { } end || end >= since)).ToList();
        Passed += segments.Count - wanted.Count;
        return wanted;
    }
}
