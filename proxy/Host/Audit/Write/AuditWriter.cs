using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes batches to the directory, or to stdout, and knows which of them works. One thread at a time uses it.
/// </summary>
internal sealed partial class AuditWriter : IDisposable
{
    private readonly AuditOptions _options;
    private readonly AuditOrigin _origin;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ChainedBatch _batch = new();
    private readonly DegradedPeriod _degraded;
    private readonly StdoutLines _stdout;
    private readonly SegmentWriter? _segments;

    public AuditWriter(AuditOptions options, AuditOrigin origin, IRecordOutput stdout, TimeProvider clock, ILogger logger)
    {
        (_options, _origin, _clock, _logger) = (options, origin, clock, logger);
        _degraded = new DegradedPeriod(options.OnError, clock, logger);
        _stdout = new StdoutLines(stdout, logger);
        _segments = options.Directory is null ? null : new SegmentWriter(options, origin, _batch, _degraded, DirectoryHasThem, clock, logger);
    }

    /// <summary>Sees each batch of lines that was written.</summary>
    public IRecordObserver? Observer { get; set; }

    /// <summary>Why no record can be written anywhere, or null.</summary>
    public string? Failure => _segments is null || (_degraded.Cause is not null && _options.OnError == AuditOnError.Stdout)
        ? _stdout.Failure
        : _degraded.Cause;

    /// <summary>Why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => _degraded.Cause;

    /// <summary>Writes an event. True once it is with the kernel.</summary>
    public bool Write(AuditEvent auditEvent) => Write([PendingLine.Of(_origin, auditEvent)]);

    /// <summary>Writes lines. True once all of them are with the kernel; false if none is.</summary>
    public bool Write(ReadOnlySpan<PendingLine> lines)
    {
        try
        {
            if (_segments is null ? WriteToStdout(lines) : _segments.TryWrite(lines) || WriteDegraded(lines))
            {
                return true;
            }

            _batch.Forget();
            _degraded.Lost += lines.Length;
        }
        catch (Exception e)
        {
            // Known for no input; what was not written must not leave, and the next batch must not wait for ever.
            _batch.Forget();
            Log.NotWritable(_logger, e.GetType().Name, e.Message);
        }

        return false;
    }

    /// <summary>What is due by time alone.</summary>
    public void Tick() => _segments?.Tick();

    /// <summary>Tells the chain's head to stdout and to the observer. It leaves the node, and is no part of the chain.</summary>
    public void Checkpoint()
    {
        if (_batch.Seq == 0)
        {
            return;
        }

        _batch.PutBeside(PendingLine.Of(_origin, AuditEvents.Checkpoint(_clock.GetUtcNow(), _batch.Head)));
        Observer?.Written(_batch.Lines);
        _stdout.TryWrite(_batch.Lines);
    }

    public void Dispose()
    {
        if (_segments is { Rescued.IsEmpty: false })
        {
            Log.SegmentLost(_logger, _segments.Rescued.Length);
            _stdout.TryWrite(_segments.Rescued.Span);
        }

        _segments?.Dispose();
        _batch.Dispose();
    }

    // The event comes before the records that it explains.
    private bool WriteDegraded(ReadOnlySpan<PendingLine> lines)
    {
        if (_options.OnError != AuditOnError.Stdout)
        {
            return false;
        }

        var first = _batch.KeptSeq + 1;
        if (!WriteToStdout(_degraded.Announced ? lines : [PendingLine.Of(_origin, AuditEvents.Degraded(_clock.GetUtcNow(), _degraded.Cause!)), .. lines]))
        {
            return false;
        }

        _degraded.WroteElsewhere(first, _batch.Seq);
        return true;
    }

    private bool WriteToStdout(ReadOnlySpan<PendingLine> lines)
    {
        _batch.Put(lines);
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

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentLost", Level = LogLevel.Error, Message = "A segment was removed while it was written, and the directory can't be written since: its last {Bytes} bytes go to stdout")]
        public static partial void SegmentLost(ILogger logger, int bytes);

        [LoggerMessage(EventName = "AuditNotWritable", Level = LogLevel.Error, Message = "Records could not be written, and their answers do not leave: {Kind}: {Cause}")]
        public static partial void NotWritable(ILogger logger, string kind, string cause);
    }
}
