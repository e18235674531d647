using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Audit.Settings;


namespace ImdsProxy.Audit.Write;

/// <summary>The directory of segments as the process that writes one of them sees it.</summary>
internal sealed class AuditDirectory : IDisposable
{
    // To look takes half as long as to write. Under load once in a while is enough, because what was written meanwhile can be
    // read from the open file and is written again.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly AuditOptions _options;
    private readonly string _instance;
    private readonly ChainShare _share;
    private readonly TimeProvider _clock;
    private readonly List<SegmentRemains> _remains = [];
    private int _number;
    private DateTimeOffset _opened;
    private DateTimeOffset _looked;
    private long? _failed;

    public AuditDirectory(AuditOptions options, string instance, ChainShare share, TimeProvider clock)
    {
        _options = options;
        _instance = instance;
        _share = share;
        _clock = clock;
    }

    /// <summary>The segment being written, or null while there is none.</summary>
    public SegmentFile? Segment { get; private set; }

    /// <summary>What failed writes left and could not be cut off yet. As far as it is there, no other segment begins.</summary>
    public IReadOnlyList<SegmentRemains> Remains => _remains;

    /// <summary>The last lines of a segment that was removed while it was written, until they are written again.</summary>
    public ReadOnlyMemory<byte> Rescued { get; private set; }

    /// <summary>Whether a segment may be opened: not for a while after that has failed, by a clock that nobody sets back.</summary>
    public bool MayOpen => _failed is not { } failed || _clock.GetElapsedTime(failed) >= _options.RetryInterval;

    /// <summary>Whether so many bytes more begin another segment.</summary>
    public bool RotationDue(DateTimeOffset now, int bytes) =>
        Segment is { Length: > 0 } segment && (segment.Length + bytes > _share.SegmentLimit || now - _opened >= _options.SegmentAge);

    /// <summary>The bytes by which the next segment exceeds its limit right away, where it begins with so many.</summary>
    public long Excess(int bytes) => Math.Max(0, Rescued.Length + bytes - _share.SegmentLimit);

    /// <summary>Gives up the segment where someone has removed it. Looks seldom, but before the next one begins.</summary>
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

    /// <summary>Creates the directory where there is none.</summary>
    public void Ensure()
    {
        if (!Directory.Exists(_options.Directory) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_options.Directory!, LogPermissions.Directory);
        }
    }

    /// <summary>Opens the next segment without using it yet. It begins with what would be lost with a removed one.</summary>
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

    /// <summary>Makes a segment the one being written.</summary>
    public void Use(SegmentFile next)
    {
        Segment?.Dispose();
        Segment = next;
        _failed = null;
        Rescued = default;
        _number++;
        _opened = _clock.GetUtcNow();
    }

    /// <summary>No segment could be opened now.</summary>
    public void OpeningFailed() => _failed = _clock.GetTimestamp();

    /// <summary>
    /// Gives up the segment, after a failure or because it is not where it was. Of a removed one the last lines are kept,
    /// and not the file: it may have been removed for its space.
    /// </summary>
    /// <returns>What a failed write left in it and could not be cut off, or null.</returns>
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

    /// <summary>Removes a segment that is not used after all.</summary>
    public void Discard(SegmentFile segment)
    {
        segment.Dispose();
        _remains.Add(new SegmentRemains(segment.Path, 0));
        TryCutRemains();
    }

    /// <summary>
    /// Tries again what could not be cut off: before the keeper may compress a segment that was away, with its remains. What is
    /// not there may come back, with the volume that it is on.
    /// </summary>
    /// <returns>Why something that is there can't be cut off, or null.</returns>
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

    /// <summary>Closes, after a last try of what could not be cut off.</summary>
    public void Dispose()
    {
        TryCutRemains();
        Segment?.Dispose();
    }
}

