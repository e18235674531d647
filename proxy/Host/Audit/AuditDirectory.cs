namespace ImdsProxy.Audit;

/// <summary>The directory of segments as the process that writes one of them sees it.</summary>
internal sealed class AuditDirectory : IDisposable
{
    // Its group may list and read it; others may not even know the names.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly AuditOptions _options;
    private readonly string _instance;
    private readonly TimeProvider _clock;
    private int _number;
    private DateTimeOffset _opened;

    public AuditDirectory(AuditOptions options, string instance, TimeProvider clock)
    {
        _options = options;
        _instance = instance;
        _clock = clock;
    }

    /// <summary>The segment being written, or null while there is none.</summary>
    public SegmentFile? Segment { get; private set; }

    public bool RotationDue(DateTimeOffset now) =>
        Segment is { Length: > 0 } segment && (segment.Length >= _options.SegmentLimit || now - _opened >= _options.SegmentAge);

    /// <summary>Opens the next segment without using it yet.</summary>
    public SegmentFile OpenNext(DateTimeOffset now)
    {
        Ensure(_options.Directory!);
        return new SegmentFile(_options.Directory!, new SegmentName(now, _instance, _number + 1), _options.Fsync);
    }

    /// <summary>Makes a segment the one being written.</summary>
    public void Use(SegmentFile next)
    {
        Segment?.Dispose();
        Segment = next;
        _number++;
        _opened = _clock.GetUtcNow();
    }

    /// <summary>Gives up the segment, after a failure.</summary>
    public void Leave()
    {
        Segment?.Dispose();
        Segment = null;
    }

    /// <summary>Removes a segment that never held a line.</summary>
    public static void Discard(SegmentFile segment)
    {
        segment.Dispose();
        File.Delete(segment.Path);
    }

    public void Dispose() => Segment?.Dispose();

    private static void Ensure(string directory)
    {
        if (!Directory.Exists(directory) && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory, Mode);
        }
    }
}
