namespace ImdsProxy.Audit.Write;

/// <summary>The directory of segments as the process that writes one of them sees it.</summary>
internal sealed class AuditDirectory : IDisposable
{
    // Its group may list and read it; others may not even know the names.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    // To look takes half as long as to write. Under load once in a while is enough, because what was written meanwhile can be
    // read from the open file and is written again.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly AuditOptions _options;
    private readonly string _instance;
    private readonly TimeProvider _clock;
    private int _number;
    private DateTimeOffset _opened;
    private DateTimeOffset _looked;
    private SegmentFile? _uncut;
    private long? _failed;

    public AuditDirectory(AuditOptions options, string instance, TimeProvider clock)
    {
        _options = options;
        _instance = instance;
        _clock = clock;
    }

    /// <summary>The segment being written, or null while there is none.</summary>
    public SegmentFile? Segment { get; private set; }

    /// <summary>The last lines of a segment that was removed while it was written, until they are written again.</summary>
    public ReadOnlyMemory<byte> Rescued { get; private set; }

    /// <summary>Whether a segment may be opened: not for a while after that has failed, by a clock that nobody sets back.</summary>
    public bool MayOpen => _failed is not { } failed || _clock.GetElapsedTime(failed) >= _options.RetryInterval;

    public bool RotationDue(DateTimeOffset now) =>
        Segment is { Length: > 0 } segment && (segment.Length >= _options.SegmentLimit || now - _opened >= _options.SegmentAge);

    /// <summary>Gives up the segment where someone has removed it. Looks seldom, but before the next one begins.</summary>
    public void LookForSegment(DateTimeOffset now)
    {
        if (Segment is null || ((now - _looked).Duration() < LookInterval && !RotationDue(now)))
        {
            return;
        }

        _looked = now;
        if (!Segment.LookForName())
        {
            Leave();
        }
    }

    /// <summary>Opens the next segment without using it yet. It begins with what would be lost with a removed one.</summary>
    public SegmentFile OpenNext(DateTimeOffset now)
    {
        Ensure(_options.Directory!);
        CutBack();
        var next = new SegmentFile(_options.Directory!, new SegmentName(now, _instance, _number + 1), _options.Fsync);
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
    public void Leave()
    {
        if (Segment?.LookForName() == false)
        {
            Rescued = Segment.Unseen();
        }
        else if (Segment is { HasRemains: true })
        {
            _uncut = Segment;
            Segment = null;
            return;
        }

        Segment?.Dispose();
        Segment = null;
    }

    /// <summary>Removes a segment that never held a line.</summary>
    public static void Discard(SegmentFile segment)
    {
        segment.Dispose();
        File.Delete(segment.Path);
    }

    public void Dispose()
    {
        Segment?.Dispose();
        _uncut?.TryCutBack();
        _uncut?.Dispose();
    }

    // Lines that count as not written have numbers that are given again: a chain that went on beside them would pass for forked.
    private void CutBack()
    {
        if (_uncut is null)
        {
            return;
        }

        if (!_uncut.TryCutBack() && _uncut.LookForPlace())
        {
            throw new IOException($"{_uncut.Path} still holds what a failed write left of records after its first {_uncut.Length} bytes, and can't be cut back");
        }

        _uncut.Dispose();
        _uncut = null;
    }

    private static void Ensure(string directory)
    {
        if (!Directory.Exists(directory) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory, Mode);
        }
    }
}
