using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Retain;

/// <summary>
/// Keeps the directory within its limit. An open segment counts with its maximum size, and old segments are removed before a new
/// segment takes its first byte. Request chains and reserves have separate shares. All processes together must keep to a share.
/// </summary>
internal sealed partial class Retention(AuditOptions options, TimeProvider time, ILogger logger)
{
    // An event that names more segments would exceed the space that is reserved for such events.
    private const int MostAtOnce = 128;

    private readonly DirectoryTurn _turn = new(options.Directory!);
    private readonly string _directory = options.Directory!;
    private long _removed;

    public SegmentHeads Heads { get; } = new();

    /// <summary>The number of segments removed since the start.</summary>
    public long Removed => Interlocked.Read(ref _removed);

    /// <summary>Prevents other processes and threads from creating, renaming or removing files, until the result is disposed.</summary>
    public IDisposable Enter(bool isFirst = false) => _turn.Enter(isFirst);

    /// <summary>Removes segments that are too old or exceed the share.</summary>
    /// <param name="isReserve">Whether to use the share of the reserves or of the request chains.</param>
    /// <param name="extra">The bytes that an open segment will take beyond its limit.</param>
    /// <param name="tell">Records a removal before it happens, because an unannounced removal would look like tampering.</param>
    /// <exception cref="IOException">There is no room, or the removal could not be recorded.</exception>
    public void MakeRoom(bool isReserve, long extra, Func<AuditEvent, bool> tell)
    {
        using var turn = _turn.Enter();
        while (Doomed(isReserve, extra) is { Count: > 0 } doomed)
        {
            Remove(doomed, tell);
        }

        Check(isReserve, extra);
    }

    /// <summary>Checks that there is room beside the segments that may not be removed.</summary>
    /// <exception cref="IOException">These segments take all of the share.</exception>
    public void Check(bool isReserve, long extra)
    {
        using var turn = _turn.Enter();
        var content = DirectoryContent.Read(_directory);
        var open = content.Segments.Where(segment => segment.Name.IsReserve == isReserve && segment.IsOpen).Sum(Counted);
        if (open + Drafts(content, isReserve) + extra > ShareSizes.Of(options, isReserve))
        {
            throw new IOException($"{_directory} has no room within --audit-max-bytes, because the segments that are being written take all of it; raise --audit-max-bytes");
        }
    }

    /// <summary>Creates a file for the compressed form of a segment, if its maximum size fits into the share.</summary>
    /// <returns>The file, or null if there is no room or another compression is in progress.</returns>
    public FileStream? TryBeginDraft(SegmentEntry source, string draft)
    {
        using var turn = _turn.Enter();
        var content = DirectoryContent.Read(_directory);
        var isReserve = source.Name.IsReserve;
        var held = content.Segments.FirstOrDefault(segment => segment.Name == source.Name);
        var fits = held is not null && Total(content, isReserve) + ShareSizes.Draft(held.Bytes) <= ShareSizes.Of(options, isReserve);
        return fits && !content.Drafts.Any(other => other.Segment.IsReserve == isReserve) ? DraftFile.Create(draft) : null;
    }

    /// <summary>Replaces a segment by its finished draft, unless retention has removed one of them.</summary>
    public void EndDraft(SegmentEntry source, string draft)
    {
        using var turn = _turn.Enter();
        if (File.Exists(source.Path) && File.Exists(draft))
        {
            // The new file exists before the old one is removed, so a reader that knows either name finds the segment.
            File.Move(draft, SegmentEntry.CompressedPath(source.Path), overwrite: true);
            File.Delete(source.Path);
        }
    }

    /// <summary>Returns the segments of each share that will be removed next.</summary>
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

    /// <summary>Returns the complete segments that are not compressed.</summary>
    public IReadOnlyList<SegmentEntry> ToCompress()
    {
        using var turn = _turn.Enter();
        return [.. DirectoryContent.Read(_directory).ToCompress().Select(static segment => segment.Entry)];
    }

    private List<HeldSegment> Doomed(bool isReserve, long extra)
    {
        var content = DirectoryContent.Read(_directory);
        var excess = Total(content, isReserve) + Drafts(content, isReserve) + extra - ShareSizes.Of(options, isReserve);
        var oldest = time.GetUtcNow() - options.MaxAge;
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
        if (!tell(AuditEvents.SegmentsRemoved(time.GetUtcNow(), names, RemovedHeads.Of(doomed, Heads), bytes)))
        {
            throw new IOException($"{_directory}: no segment can be removed, because the removal cannot be recorded");
        }

        var drafts = DirectoryContent.Read(_directory).Drafts;
        foreach (var segment in doomed)
        {
            // The compression checks after each slice whether its draft still exists.
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

    // Room for one compression is always reserved. Otherwise nothing could be compressed in a full directory.
    private long Drafts(DirectoryContent content, bool isReserve) => Math.Max(
        ShareSizes.Draft(ShareSizes.SegmentLimit(options, isReserve)),
        content.Drafts.Where(draft => draft.Segment.IsReserve == isReserve).Sum(static draft => draft.Bytes));

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentsRemoved", Level = LogLevel.Information, Message = "Removed {Count} audit segments ({Bytes} bytes), as --audit-max-bytes and --audit-max-age require")]
        public static partial void Removed(ILogger logger, int count, long bytes);
    }
}
