using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes batches to the segment, or to stdout, and knows which of them works. One thread at a time uses it.
/// </summary>
internal sealed partial class AuditWriter : IDisposable
{
    private readonly AuditOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StdoutLines _stdout;
    private readonly AuditOrigin _origin;
    private readonly ChainedBatch _batch = new();
    private readonly AuditDirectory? _directory;
    private readonly DegradedPeriod _degraded;
    private bool _began;

    public AuditWriter(AuditOptions options, AuditOrigin origin, IRecordOutput stdout, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _stdout = new StdoutLines(stdout, logger);
        _origin = origin;
        _degraded = new DegradedPeriod(options.OnError, clock, logger);
        _directory = options.Directory is null ? null : new AuditDirectory(options, origin.Instance, clock);
    }

    /// <summary>Sees each batch of lines that was written.</summary>
    public IRecordObserver? Observer { get; set; }

    /// <summary>Why no record can be written anywhere, or null.</summary>
    public string? Failure => _directory is null || (_degraded.Cause is not null && _options.OnError == AuditOnError.Stdout)
        ? _stdout.Failure
        : _degraded.Cause;

    /// <summary>Why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => _degraded.Cause;

    /// <summary>Writes an event. True once it is with the kernel.</summary>
    public bool Write(AuditEvent auditEvent) => Write([Line(auditEvent)]);

    /// <summary>Writes lines. True once all of them are with the kernel; false if none is.</summary>
    public bool Write(ReadOnlySpan<PendingLine> lines)
    {
        try
        {
            return TryWrite(lines);
        }
        catch (Exception e)
        {
            // Known for no input; what was not written must not leave, and the next batch must not wait for ever.
            _batch.Forget();
            Log.NotWritable(_logger, e.GetType().Name, e.Message);
            return false;
        }
    }

    /// <summary>What is due by time alone: another try of a directory that failed, or that was put elsewhere.</summary>
    public void Tick()
    {
        _directory?.TryCutRemains();
        if (_directory?.Segment?.LookForPlace() == false)
        {
            _directory.Leave();
        }

        // The next segment begins with the next record, so that none is empty.
        if (_directory?.Segment is null)
        {
            PrepareSegment();
        }
    }

    /// <summary>Tells the chain's head to stdout and to the observer. It leaves the node, and is no part of the chain.</summary>
    public void Checkpoint()
    {
        if (_batch.Seq == 0)
        {
            return;
        }

        _batch.PutBeside(Line(AuditEvents.Checkpoint(_clock.GetUtcNow(), _batch.Head)));
        Observer?.Written(_batch.Lines);
        _stdout.TryWrite(_batch.Lines);
    }

    public void Dispose()
    {
        if (_directory is { Rescued.IsEmpty: false })
        {
            Log.SegmentLost(_logger, _directory.Rescued.Length);
            _stdout.TryWrite(_directory.Rescued.Span);
        }

        Close();
    }

    private void Close()
    {
        _batch.Dispose();
        _directory?.Dispose();
        foreach (var remains in (_directory?.Remains ?? []).Where(static remains => remains.IsThere))
        {
            Log.RemainsLeft(_logger, remains.Path, remains.Length);
        }
    }

    private bool TryWrite(ReadOnlySpan<PendingLine> lines)
    {
        PrepareSegment();
        _batch.Put(lines);
        if (WriteToDirectory() || (_directory is null && WriteToStdout()) || WriteToNewSegment(lines))
        {
            return true;
        }

        if (_directory is not null && _options.OnError == AuditOnError.Stdout && WriteDegraded(lines))
        {
            return true;
        }

        _batch.Forget();
        _degraded.Lost += lines.Length;
        return false;
    }

    private PendingLine Line(AuditEvent auditEvent)
    {
        var line = new PendingLine(_origin, pool: null);
        line.Put(auditEvent);
        return line;
    }

    private bool WriteToDirectory()
    {
        if (_directory?.Segment is not { } segment)
        {
            return false;
        }

        try
        {
            segment.Write(_batch.Lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || segment.Remains is not null)
        {
            Degrade(e);
            return false;
        }

        DirectoryHasThem();
        return true;
    }

    // What fails for one file may work for the next.
    private bool WriteToNewSegment(ReadOnlySpan<PendingLine> lines)
    {
        if (_directory is not { MayOpen: true })
        {
            return false;
        }

        PrepareSegment();
        _batch.Put(lines);
        return WriteToDirectory();
    }

    // The event comes before the records that it explains.
    private bool WriteDegraded(ReadOnlySpan<PendingLine> lines)
    {
        var first = _batch.KeptSeq + 1;
        if (_degraded.Announced)
        {
            _batch.Put(lines);
        }
        else
        {
            _batch.Put([Line(AuditEvents.Degraded(_clock.GetUtcNow(), _degraded.Cause!)), .. lines]);
        }

        if (!WriteToStdout())
        {
            return false;
        }

        _degraded.WroteElsewhere(first, _batch.Seq);
        return true;
    }

    private bool WriteToStdout()
    {
        if (!_stdout.TryWrite(_batch.Lines))
        {
            return false;
        }

        Written();
        return true;
    }

    // What stdout then misses is logged and can be had from the directory.
    private void DirectoryHasThem()
    {
        Written();
        if (_options.StandardOutput)
        {
            _stdout.TryWrite(_batch.Lines);
        }
    }

    // Whatever happens from here on, these numbers are taken.
    private void Written()
    {
        _batch.Keep();
        Observer?.Written(_batch.Lines);
    }

    private void PrepareSegment()
    {
        var now = _clock.GetUtcNow();
        _directory?.LookForSegment(now);
        if (_directory is null || (_directory.Segment is not null ? !_directory.RotationDue(now) : !_directory.MayOpen))
        {
            return;
        }

        try
        {
            OpenSegment(now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _directory.OpeningFailed();
            Degrade(e);
        }
    }

    private void OpenSegment(DateTimeOffset now)
    {
        var next = _directory!.OpenNext(now);
        PendingLine[] events;
        try
        {
            events = OpeningEvents(now);
            _batch.Put(events);
            next.Write(_batch.Lines);
            _batch.Keep();
        }
        catch
        {
            _batch.Forget();
            _directory.Discard(next);
            throw;
        }

        if (!_directory.Rescued.IsEmpty)
        {
            Log.SegmentRemoved(_logger, _directory.Rescued.Length, next.Path);
        }

        _directory.Use(next);
        _began = true;
        _degraded.End();
        if (events.Length > 0)
        {
            DirectoryHasThem();
        }
    }

    private PendingLine[] OpeningEvents(DateTimeOffset now)
    {
        var events = _degraded.Events(now);
        if (!_began)
        {
            events = events.Append(AuditEvents.ChainBegan(now, ChainHead.ReadAll(_options.Directory!)));
        }

        return [.. events.Select(Line)];
    }

    private void Degrade(Exception e)
    {
        if (_directory!.Leave() is { } remains)
        {
            Log.NotCutOff(_logger, remains.Path, remains.Length);
        }

        _degraded.Begin(e.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentRemoved", Level = LogLevel.Warning, Message = "A segment was removed while it was written, and its records are gone; the last {Bytes} bytes are written again to {Path}")]
        public static partial void SegmentRemoved(ILogger logger, int bytes, string path);

        [LoggerMessage(EventName = "AuditSegmentLost", Level = LogLevel.Error, Message = "A segment was removed while it was written, and the directory can't be written since: its last {Bytes} bytes go to stdout")]
        public static partial void SegmentLost(ILogger logger, int bytes);

        [LoggerMessage(EventName = "AuditNotCutOff", Level = LogLevel.Error, Message = "{Path} holds the remains of a failed write after its first {Length} bytes, and the next segment begins only once they could be cut off")]
        public static partial void NotCutOff(ILogger logger, string path, long length);

        [LoggerMessage(EventName = "AuditRemainsLeft", Level = LogLevel.Error, Message = "{Path} could not be cut back after a failed write: what follows its first {Length} bytes was answered as not written")]
        public static partial void RemainsLeft(ILogger logger, string path, long length);

        [LoggerMessage(EventName = "AuditNotWritable", Level = LogLevel.Error, Message = "Records could not be written, and their answers do not leave: {Kind}: {Cause}")]
        public static partial void NotWritable(ILogger logger, string kind, string cause);
    }
}
