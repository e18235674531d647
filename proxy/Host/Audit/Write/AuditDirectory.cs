using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;


namespace ImdsProxy.Audit.Write;

/// <summary>The directory of segments, from the point of view of one chain: its current segment, and the choice of the next segment.</summary>
internal sealed class AuditDirectory : IDisposable
{
    // A check takes half as long as a write. Under load, an occasional check is enough, because lines written since the last
    // check can be read from the open file and written again.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly AuditOptions _options;
    private readonly string _instance;
    private readonly ChainShare _share;
    private readonly TimeProvider _time;
    private readonly List<SegmentRemains> _remains = [];
    private int _number;
    private DateTimeOffset _opened;
    private DateTimeOffset _looked;
    private long? _failed;

    public AuditDirectory(AuditOptions options, string instance, ChainShare share, TimeProvider time)
    {
        _options = options;
        _instance = instance;
        _share = share;
        _time = time;
    }

    /// <summary>The segment that is being written, or null.</summary>
    public SegmentFile? Segment { get; private set; }

    /// <summary>Remains of failed writes that could not be truncated yet. No other segment begins while one of these files exists.</summary>
    public IReadOnlyList<SegmentRemains> Remains => _remains;

    /// <summary>The last lines of a segment that was deleted while it was being written, until they are written again.</summary>
    public ReadOnlyMemory<byte> Rescued { get; private set; }

    /// <summary>Whether a segment may be opened. After a failure this is false for the retry interval, by a monotonic clock.</summary>
    public bool MayOpen => _failed is not { } failed || _time.GetElapsedTime(failed) >= _options.RetryInterval;

    /// <summary>Whether writing this many more bytes must begin another segment.</summary>
    public bool RotationDue(DateTimeOffset now, int bytes) =>
        Segment is { Length: > 0 } segment && (segment.Length + bytes > _share.SegmentLimit || now - _opened >= _options.SegmentAge);

    /// <summary>The number of bytes by which the next segment exceeds its limit if it begins with this many bytes.</summary>
    public long Excess(int bytes) => Math.Max(0, Rescued.Length + bytes - _share.SegmentLimit);

    /// <summary>Leaves the segment if someone has deleted it. Checks occasionally, and always before the next segment begins.</summary>
    public void LookForSegment(DateTimeOffset now, int bytes)
    {
        if (Segment is null || ((now - _looked).Duration() < LookInterval && !RotationDue(now, bytes)))
        {
            return;
        }

        _looked = now;
        if (!Segment.LookForName())
        {
            Leave();
        }
    }

    /// <summary>Creates the directory if it does not exist.</summary>
    public void Ensure()
    {
        if (!Directory.Exists(_options.Directory) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_options.Directory!, LogPermissions.Directory);
        }
    }

    /// <summary>Opens the next segment without using it yet. Its first lines are the rescued lines of a deleted segment.</summary>
    public SegmentFile OpenNext(DateTimeOffset now)
    {
        if (TryCutRemains() is { } failure)
        {
            throw failure;
        }

        Segment?.Seal();
        var next = new SegmentFile(_options.Directory!, new SegmentName(now, _instance, _number + 1, _share.IsReserve), _options.Fsync);
        try
        {
            next.Write(Rescued.Span);
            return next;
        }
        catch
        {
            Discard(next);
            throw;
        }
    }

    /// <summary>Makes a segment the current one.</summary>
    public void Use(SegmentFile next)
    {
        Segment?.Dispose();
        Segment = next;
        _failed = null;
        Rescued = default;
        _number++;
        _opened = _time.GetUtcNow();
    }

    /// <summary>Records that no segment could be opened.</summary>
    public void OpeningFailed() => _failed = _time.GetTimestamp();

    /// <summary>
    /// Leaves the segment, after a failure or because it has been moved or deleted. If the segment was deleted, its last lines
    /// are kept, but the file does not stay open, because it may have been deleted to free space.
    /// </summary>
    /// <returns>The remains of a failed write that could not be truncated, or null.</returns>
    public SegmentRemains? Leave()
    {
        var remains = Segment?.Remains;
        if (Segment?.LookForName() == false)
        {
            Rescued = Segment.Unseen();
            remains = null;
        }

        if (remains is not null)
        {
            _remains.Add(remains);
        }

        Segment?.Dispose();
        Segment = null;
        return remains;
    }

    /// <summary>Removes a segment that was opened but is not used.</summary>
    public void Discard(SegmentFile segment)
    {
        segment.Dispose();
        _remains.Add(new SegmentRemains(segment.Path, 0));
        TryCutRemains();
    }

    /// <summary>
    /// Retries failed truncations, so that a segment is never compressed together with its remains. A missing file may come back
    /// when its volume is mounted again, so its remains are remembered.
    /// </summary>
    /// <returns>The reason why an existing file cannot be truncated, or null.</returns>
    public IOException? TryCutRemains()
    {
        IOException? failure = null;
        for (var i = _remains.Count - 1; i >= 0; i--)
        {
            try
            {
                if (_remains[i].TryCut())
                {
                    _remains.RemoveAt(i);
                }
            }
            catch (IOException e)
            {
                failure = e;
            }
        }

        return failure;
    }

    /// <summary>Closes the segment, after a last retry of failed truncations.</summary>
    public void Dispose()
    {
        TryCutRemains();
        Segment?.Dispose();
    }
}

