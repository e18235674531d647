using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Retain;

/// <summary>
/// Holds the directory within its bound: an open segment counts with all it may become, and what is too much is removed before
/// the segment takes its first byte. The two kinds of chain have shares of their own, over all processes.
/// </summary>
internal sealed partial class Retention(AuditOptions options, TimeProvider clock, ILogger logger)
{
    // An event that names more would be larger than what is left for such events.
    private const int MostAtOnce = 128;

    private readonly DirectoryTurn _turn = new(options.Directory!);
    private readonly string _directory = options.Directory!;
    private long _removed;

    public SegmentHeads Heads { get; } = new();

    /// <summary>Segments removed since the start.</summary>
    public long Removed => Interlocked.Read(ref _removed);

    /// <summary>Keeps other processes and threads from changing which files there are, until what it returns is disposed of.</summary>
    public IDisposable Enter(bool isFirst = false) => _turn.Enter(isFirst);

    /// <summary>Removes segments of a kind of chain that are too many or too old.</summary>
    /// <param name="isReserve">Which kind.</param>
    /// <param name="extra">The bytes that an open segment is about to take beyond its limit.</param>
    /// <param name="tell">Tells of it beforehand: a removal that nobody was told of looks like tampering.</param>
    /// <exception cref="IOException">There is no room, or the removal could not be told.</exception>
    public void MakeRoom(bool isReserve, long extra, Func<AuditEvent, bool> tell)
    {
        using var turn = _turn.Enter();
        while (Doomed(isReserve, extra) is { Count: > 0 } doomed)
        {
            Remove(doomed, tell);
        }

        Check(isReserve, extra);
    }

    /// <summary>Looks whether what may not be removed leaves room.</summary>
    /// <exception cref="IOException">It does not.</exception>
    public void Check(bool isReserve, long extra)
    {
        using var turn = _turn.Enter();
        var content = DirectoryContent.Read(_directory);
        var open = content.Segments.Where(segment => segment.Name.IsReserve == isReserve && segment.IsOpen).Sum(Counted);
        if (open + Drafts(content, isReserve) + extra > ShareSizes.Of(options, isReserve))
        {
            throw new IOException($"{_directory} has no room within --audit-max-bytes: the segments that processes write now take all of it");
        }
    }

    /// <summary>Creates a file for the compressed form of a segment, where it fits whatever it becomes.</summary>
    /// <returns>The file, or null where there is no room, or another compression takes it.</returns>
    public FileStream? TryBeginDraft(SegmentEntry source, string draft)
    {
        using var turn = _turn.Enter();
        var content = DirectoryContent.Read(_directory);
        var isReserve = source.Name.IsReserve;
        var held = content.Segments.FirstOrDefault(segment => segment.Name == source.Name);
        var fits = held is not null && Total(content, isReserve) + ShareSizes.Draft(held.Bytes) <= ShareSizes.Of(options, isReserve);
        return fits && !content.Drafts.Any(other => other.Segment.IsReserve == isReserve) ? DraftFile.Create(draft) : null;
    }

    /// <summary>Puts a finished draft in the segment's place, unless retention has removed either.</summary>
    public void EndDraft(SegmentEntry source, string draft)
    {
        using var turn = _turn.Enter();
        if (File.Exists(source.Path) && File.Exists(draft))
        {
            // There before the other goes, so that whoever has read either name finds it.
            File.Move(draft, SegmentEntry.CompressedPath(source.Path), overwrite: true);
            File.Delete(source.Path);
        }
    }

    /// <summary>The segments that go next, of each kind.</summary>
    public IReadOnlyList<SegmentEntry> Next(int count)
    {
        using var turn = _turn.Enter();
        return
        [
            .. DirectoryContent.Read(_directory).Segments.Where(static segment => !segment.IsOpen)
                .GroupBy(static segment => segment.Name.IsReserve)
                .SelectMany(kind => kind.Take(count))
                .Select(static segment => segment.Entry),
        ];
    }

    /// <summary>The finished segments that are not compressed.</summary>
    public IReadOnlyList<SegmentEntry> ToCompress()
    {
        using var turn = _turn.Enter();
        return [.. DirectoryContent.Read(_directory).ToCompress().Select(static segment => segment.Entry)];
    }

    private List<HeldSegment> Doomed(bool isReserve, long extra)
    {
        var content = DirectoryContent.Read(_directory);
        var excess = Total(content, isReserve) + Drafts(content, isReserve) + extra - ShareSizes.Of(options, isReserve);
        var oldest = clock.GetUtcNow() - options.MaxAge;
        List<HeldSegment> doomed = [];
        foreach (var segment in content.Segments.Where(segment => segment.Name.IsReserve == isReserve && !segment.IsOpen))
        {
            if (doomed.Count < MostAtOnce && (excess > 0 || segment.Written < oldest))
            {
                doomed.Add(segment);
                excess -= segment.Bytes;
            }
        }

        return doomed;
    }

    private void Remove(List<HeldSegment> doomed, Func<AuditEvent, bool> tell)
    {
        var names = doomed.Select(static segment => segment.Name.ToString()).ToList();
        var bytes = doomed.Sum(static segment => segment.Bytes);
        if (!tell(AuditEvents.SegmentsRemoved(clock.GetUtcNow(), names, RemovedHeads.Of(doomed, Heads), bytes)))
        {
            throw new IOException($"{_directory}: no segment can be removed, because no record of it can be written");
        }

        var drafts = DirectoryContent.Read(_directory).Drafts;
        foreach (var segment in doomed)
        {
            // Who compresses it looks after each slice whether the draft is still there.
            drafts.Where(draft => draft.Segment == segment.Name).ToList().ForEach(static draft => File.Delete(draft.Path));
            segment.Paths.ToList().ForEach(File.Delete);
            Heads.Forget(segment.Name);
        }

        Interlocked.Add(ref _removed, doomed.Count);
        Log.Removed(logger, doomed.Count, bytes);
    }

    private long Total(DirectoryContent content, bool isReserve) => content.Segments.Where(segment => segment.Name.IsReserve == isReserve).Sum(Counted);

    private long Counted(HeldSegment segment) =>
        segment.IsOpen ? Math.Max(segment.Bytes, ShareSizes.SegmentLimit(options, segment.Name.IsReserve)) : segment.Bytes;

    // Room for one compression is always kept: without any, a full directory could never be compressed.
    private long Drafts(DirectoryContent content, bool isReserve) => Math.Max(
        ShareSizes.Draft(ShareSizes.SegmentLimit(options, isReserve)),
        content.Drafts.Where(draft => draft.Segment.IsReserve == isReserve).Sum(static draft => draft.Bytes));

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentsRemoved", Level = LogLevel.Information, Message = "Removed {Count} audit segments, {Bytes} bytes, as --audit-max-bytes and --audit-max-age ask")]
        public static partial void Removed(ILogger logger, int count, long bytes);
    }
}
