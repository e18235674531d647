using System.Text.Json.Nodes;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>
/// Writes batches to the segment, or to stdout, and knows which of them works. One thread at a time uses it.
/// </summary>
internal sealed partial class AuditWriter : IDisposable
{
    private readonly AuditOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly IRecordOutput _stdout;
    private readonly RecordChain _chain = new();
    private readonly AuditOrigin _origin;
    private readonly LineBuffer _buffer = new();
    private readonly AuditDirectory? _directory;
    private readonly DegradedPeriod _degraded = new();
    private bool _tried;
    private long? _failed;
    private string? _stdoutFailure;

    public AuditWriter(AuditOptions options, AuditOrigin origin, IRecordOutput stdout, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _stdout = stdout;
        _origin = origin;
        _directory = options.Directory is null ? null : new AuditDirectory(options, origin.Instance, clock);
    }

    /// <summary>Sees each batch of lines that was written.</summary>
    public IRecordObserver? Observer { get; set; }

    /// <summary>Why no record can be written anywhere, or null.</summary>
    public string? Failure => _directory is null || (_degraded.Cause is not null && _options.OnError == AuditOnError.Stdout)
        ? _stdoutFailure
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
            _chain.TakeBack();
            Log.NotWritable(_logger, e.GetType().Name, e.Message);
            return false;
        }
    }

    /// <summary>What is due by time alone: another try of a directory that failed, or that was put elsewhere.</summary>
    public void Tick()
    {
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
        if (_chain.Seq == 0)
        {
            return;
        }

        _buffer.Clear();
        _chain.PutBeside(_buffer, Line(new AuditEvent(_clock.GetUtcNow(), AuditEvents.Checkpoint, new JsonObject
        {
            ["hash"] = System.Text.Encoding.ASCII.GetString(_chain.Head),
        })));
        Observer?.Written(_buffer.Written);
        TryStdout();
    }

    public void Dispose()
    {
        if (_directory is { Rescued.IsEmpty: false })
        {
            Log.SegmentLost(_logger, _directory.Rescued.Length);
            TryStdout(_directory.Rescued.Span);
        }

        _directory?.Dispose();
    }

    private bool TryWrite(ReadOnlySpan<PendingLine> lines)
    {
        PrepareSegment();
        Chain(lines);
        if (WriteToDirectory() || (_directory is null && WriteToStdout()) || WriteToNewSegment(lines))
        {
            return true;
        }

        if (_directory is not null && _options.OnError == AuditOnError.Stdout && WriteDegraded(lines))
        {
            return true;
        }

        _chain.TakeBack();
        _degraded.Lost += lines.Length;
        return false;
    }

    private void Chain(ReadOnlySpan<PendingLine> lines)
    {
        _chain.Mark();
        _buffer.Clear();
        foreach (var line in lines)
        {
            _chain.Append(_buffer, line);
        }
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
            segment.Write(_buffer.Written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
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
        if (_directory is null || !MayTry)
        {
            return false;
        }

        _chain.TakeBack();
        PrepareSegment();
        Chain(lines);
        return WriteToDirectory();
    }

    // The event comes before the records that it explains, so they are numbered anew.
    private bool WriteDegraded(ReadOnlySpan<PendingLine> lines)
    {
        _chain.TakeBack();
        var first = _chain.Seq + 1;
        if (_degraded.Announced)
        {
            Chain(lines);
        }
        else
        {
            Chain([Line(AuditEvents.Degraded(_clock.GetUtcNow(), _degraded.Cause!)), .. lines]);
        }

        if (!WriteToStdout())
        {
            return false;
        }

        _degraded.WroteElsewhere(first, _chain.Seq);
        return true;
    }

    private bool WriteToStdout()
    {
        if (!TryStdout())
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
            TryStdout();
        }
    }

    // Whatever happens from here on, these numbers are taken.
    private void Written()
    {
        _chain.Mark();
        Observer?.Written(_buffer.Written);
    }

    private bool TryStdout() => TryStdout(_buffer.Written);

    private bool TryStdout(ReadOnlySpan<byte> lines)
    {
        try
        {
            _stdout.Write(lines);
            _stdoutFailure = null;
            return true;
        }
        catch (IOException e)
        {
            if (_stdoutFailure is null)
            {
                Log.StdoutFailed(_logger, e.Message);
            }

            _stdoutFailure = e.Message;
            return false;
        }
    }

    // By a clock that nobody sets back.
    private bool MayTry => _failed is not { } failed || _clock.GetElapsedTime(failed) >= _options.RetryInterval;

    private void PrepareSegment()
    {
        var now = _clock.GetUtcNow();
        _directory?.LookForSegment(now);
        if (_directory is null || (_directory.Segment is not null ? !_directory.RotationDue(now) : !MayTry))
        {
            return;
        }

        try
        {
            OpenSegment(now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failed = _clock.GetTimestamp();
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
            Chain(events);
            next.Write(_buffer.Written);
        }
        catch
        {
            _chain.TakeBack();
            AuditDirectory.Discard(next);
            throw;
        }

        if (!_directory.Rescued.IsEmpty)
        {
            Log.SegmentRemoved(_logger, _directory.Rescued.Length, next.Path);
        }

        _directory.Use(next);
        Recovered();
        if (events.Length > 0)
        {
            DirectoryHasThem();
        }
    }

    private PendingLine[] OpeningEvents(DateTimeOffset now)
    {
        List<AuditEvent> events = [];
        if (_degraded.Cause is not null)
        {
            events.AddRange(_degraded.Events(now));
        }

        if (!_tried)
        {
            events.Add(AuditEvents.ChainBegan(now, ChainHead.ReadAll(_options.Directory!)));
        }

        return [.. events.Select(Line)];
    }

    private void Recovered()
    {
        _tried = true;
        _failed = null;
        if (_degraded.Cause is not null)
        {
            Log.Recovered(_logger, _degraded.Lost);
            _degraded.End();
        }
    }

    private void Degrade(Exception e)
    {
        var now = _clock.GetUtcNow();
        _directory!.Leave();
        if (_degraded.Cause is null)
        {
            Log.Degraded(_logger, e.Message, _options.OnError);
        }

        _degraded.Begin(now, e.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditDegraded", Level = LogLevel.Error, Message = "The audit directory can't be written: {Cause}. Until it can: {OnError}.")]
        public static partial void Degraded(ILogger logger, string cause, AuditOnError onError);

        [LoggerMessage(EventName = "AuditSegmentRemoved", Level = LogLevel.Warning, Message = "A segment was removed while it was written, and its records are gone; the last {Bytes} bytes are written again to {Path}")]
        public static partial void SegmentRemoved(ILogger logger, int bytes, string path);

        [LoggerMessage(EventName = "AuditSegmentLost", Level = LogLevel.Error, Message = "A segment was removed while it was written, and the directory can't be written since: its last {Bytes} bytes go to stdout")]
        public static partial void SegmentLost(ILogger logger, int bytes);

        [LoggerMessage(EventName = "AuditRecovered", Level = LogLevel.Warning, Message = "The audit directory can be written again. {Lost} records were written nowhere, and their requests denied or counted.")]
        public static partial void Recovered(ILogger logger, long lost);

        [LoggerMessage(EventName = "AuditNotWritable", Level = LogLevel.Error, Message = "Records could not be written, and their answers do not leave: {Kind}: {Cause}")]
        public static partial void NotWritable(ILogger logger, string kind, string cause);

        [LoggerMessage(EventName = "AuditStdoutFailed", Level = LogLevel.Error, Message = "{Cause}")]
        public static partial void StdoutFailed(ILogger logger, string cause);
    }
}
