using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes the batches of one chain to the directory, or to stdout, and knows which of them works. One thread at a time uses it;
/// where that one hangs, another may take the chain away from it (docs/decisions/0021).
/// </summary>
internal sealed partial class AuditWriter : ILineWriter, IDisposable
{
    private readonly AuditOptions _options;
    private readonly AuditOrigin _origin;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ChainedBatch _batch = new();
    private readonly DegradedPeriod _degraded;
    private readonly StdoutLines _stdout;
    private readonly LaggingOutput? _beside;
    private readonly bool _isReserve;
    private readonly SegmentWriter? _segments;
    private volatile Stall? _stall;
    private ChainDoubt? _doubt;
    private bool _isFallingBack;
    private long _lost;

    /// <param name="options">Where the lines go.</param>
    /// <param name="origin">What all lines of the chain have in common.</param>
    /// <param name="stdout">Stdout, which all chains of the process share.</param>
    /// <param name="share">What the chain may take of the directory, or null where there is none.</param>
    /// <param name="clock">For the age of segments.</param>
    /// <param name="logger">What is wrong with the outputs.</param>
    public AuditWriter(AuditOptions options, AuditOrigin origin, SharedStdout stdout, ChainShare? share, TimeProvider clock, ILogger logger)
    {
        (_options, _origin, _clock, _logger) = (options, origin, clock, logger);
        (_stdout, _beside, _isReserve) = (stdout.Only, stdout.Beside, share is { IsReserve: true });
        _degraded = new DegradedPeriod(options.OnError, clock, logger);
        _segments = share is null ? null : new SegmentWriter(options, origin, _batch, _degraded, DirectoryHasThem, share, clock, logger);
    }

    /// <summary>What all lines of the chain have in common.</summary>
    public AuditOrigin Origin => _origin;

    /// <summary>Sees each batch of lines that was written.</summary>
    public IRecordObserver? Observer { get; set; }

    /// <summary>Why no record can be written anywhere, or null.</summary>
    public string? Failure => _stall is { } stall
        ? _isFallingBack ? _beside!.Failure : stall.Cause
        : _beside is null ? _stdout.Failure
        : _degraded.Cause is not null && _options.OnError == AuditOnError.Stdout ? _beside.Failure
        : _degraded.Cause;

    /// <summary>Why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => _stall is { } stall && _segments is not null ? stall.Cause : _degraded.Cause;

    /// <summary>Writes an event. True once it is with the kernel.</summary>
    public bool Write(AuditEvent auditEvent) => Write([PendingLine.Of(_origin, auditEvent)]);

    /// <summary>Writes lines. True once all of them are with the kernel; false if none is, as far as is known.</summary>
    public bool Write(ReadOnlySpan<PendingLine> lines)
    {
        try
        {
            if (_segments is null ? WriteToStdout(lines) : _segments.TryWrite(lines) || WriteDegraded(lines))
            {
                return true;
            }
        }
        catch (GivenUpException)
        {
            // Whoever gave it up has told those who waited, and counted them.
        }
        catch (Exception e)
        {
            // Known for no input; what was not written must not leave, and the next batch must not wait for ever.
            Log.NotWritable(_logger, e.GetType().Name, e.Message);
        }

        _degraded.Lost += _batch.Refuse(lines);
        return false;
    }

    /// <summary>Counts a record that was written nowhere while a write hangs. Any thread may call it.</summary>
    public void Lose() => Interlocked.Increment(ref _lost);

    /// <summary>What is due by time alone.</summary>
    public void Tick() => _segments?.Tick();

    /// <summary>Removes segments that are too old or too many.</summary>
    public void MakeRoom() => _segments?.MakeRoom();

    /// <summary>Tells the chain's head to stdout and to the observer. It leaves the node, and is no part of the chain.</summary>
    public void Checkpoint()
    {
        if (_batch.KeptSeq == 0)
        {
            return;
        }

        _batch.PutBeside(PendingLine.Of(_origin, AuditEvents.Checkpoint(_clock.GetUtcNow(), _batch.KeptHead)));
        Observer?.Written(_batch.Lines);
        if (_beside is not null)
        {
            _beside.Post(_batch.Lines);
        }
        else
        {
            _stdout.TryWrite(_batch.Lines);
        }
    }

    /// <summary>Takes the chain away from the thread that hangs, be it in another chain's write. Called by another thread.</summary>
    /// <returns>What writes on meanwhile, or null.</returns>
    public FallbackWriter? GiveUp()
    {
        var output = _segments is null ? "stdout" : "the audit directory";
        var stall = new Stall($"a write to {output} takes longer than {_options.WriteDeadline.TotalSeconds:0.#} s", _clock.GetUtcNow());
        _isFallingBack = _segments is not null && _options.OnError == AuditOnError.Stdout;
        _stall = stall;
        _doubt = _batch.GiveUp();
        if (!_isReserve)
        {
            // Both chains are given up at once: that is one line of the operational log.
            Log.Stalled(_logger, stall.Cause, _segments is null ? AuditOnError.Deny : _options.OnError);
        }

        return _isFallingBack ? new FallbackWriter(_doubt, stall, _beside!, _origin, Observer, _clock) : null;
    }

    /// <summary>Has the chain back once the write has returned, with what became of its records meanwhile. Writes nothing yet.</summary>
    /// <param name="fallback">What has written meanwhile, and no longer does; or null.</param>
    public void TakeUp(FallbackWriter? fallback)
    {
        var (doubt, stall) = (_doubt!, _stall!);
        var isWritten = _batch.TakeUp(fallback is { HasAny: true } ? fallback.Batch : null);
        _degraded.Begin(stall);
        _degraded.Lost += Interlocked.Exchange(ref _lost, 0) + (fallback?.Lost ?? 0);
        if (isWritten && fallback is not { HasDoubt: true })
        {
            _degraded.WroteLate(doubt.Records);
        }

        if (fallback is { HasAny: true })
        {
            AddElsewhere(fallback, isWritten ? doubt.Range.Last + 1 : doubt.Range.First);
        }

        (_doubt, _stall) = (null, null);
    }

    /// <summary>Goes on with the chain after <see cref="TakeUp"/>, and tells what became of the records meanwhile.</summary>
    public void Resume()
    {
        if (_segments is null)
        {
            Write([]);
            return;
        }

        try
        {
            _segments.Reopen();
        }
        catch (Exception e)
        {
            // Known for none. The thread that writes must not end.
            Log.NotWritable(_logger, e.GetType().Name, e.Message);
        }
    }

    public void Dispose()
    {
        if (_segments is { Rescued.IsEmpty: false })
        {
            Log.SegmentLost(_logger, _segments.Rescued.Length);
            _beside!.Deliver(_segments.Rescued.Span);
        }

        _segments?.Dispose();
        _batch.Dispose();
    }

    private void AddElsewhere(FallbackWriter fallback, long first)
    {
        if (fallback.Batch.KeptSeq >= first)
        {
            _degraded.WroteElsewhere(first, fallback.Batch.KeptSeq);
        }

        foreach (var range in fallback.Late)
        {
            _degraded.WroteLate(range);
        }
    }

    // The event comes before the records that it explains.
    private bool WriteDegraded(ReadOnlySpan<PendingLine> lines)
    {
        if (_options.OnError != AuditOnError.Stdout || _batch.IsGivenUp)
        {
            return false;
        }

        var first = _batch.KeptSeq + 1;
        _batch.Put(_degraded.Announced ? lines : [PendingLine.Of(_origin, AuditEvents.Degraded(_clock.GetUtcNow(), _degraded.Cause!)), .. lines]);
        var delivery = _beside!.Deliver(_batch.Lines);
        if (delivery == Delivery.Refused)
        {
            return false;
        }

        var last = _batch.Seq;
        var isOurs = Written(isInTime: delivery == Delivery.Written);
        _degraded.WroteElsewhere(first, last);
        if (isOurs && delivery == Delivery.InDoubt)
        {
            _degraded.Lost += lines.Length;
            _degraded.WroteLate(new SeqRange(last - lines.Length + 1, last));
        }

        return delivery == Delivery.Written;
    }

    private bool WriteToStdout(ReadOnlySpan<PendingLine> lines)
    {
        _batch.Put(_degraded.Cause is null ? lines : [.. Events(), .. lines]);
        if (!_stdout.TryWrite(_batch.Lines))
        {
            return false;
        }

        if (Written())
        {
            _degraded.End();
        }

        return true;
    }

    private IEnumerable<PendingLine> Events() =>
        _degraded.Events(_clock.GetUtcNow()).Select(auditEvent => PendingLine.Of(_origin, auditEvent));

    // What stdout then misses is counted, and can be had from the directory.
    private void DirectoryHasThem()
    {
        if (Written() && _options.StandardOutput)
        {
            _beside!.Post(_batch.Lines);
        }
    }

    // Whatever happens from here on, these numbers are taken. False where the write was given up before.
    private bool Written(bool isInTime = true)
    {
        var isOurs = _batch.Keep(isInTime);
        Observer?.Written(_batch.Lines);
        return isOurs;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentLost", Level = LogLevel.Error, Message = "A segment was removed while it was written, and the directory can't be written since: its last {Bytes} bytes go to stdout")]
        public static partial void SegmentLost(ILogger logger, int bytes);

        [LoggerMessage(EventName = "AuditNotWritable", Level = LogLevel.Error, Message = "Records could not be written, and their answers do not leave: {Kind}: {Cause}")]
        public static partial void NotWritable(ILogger logger, string kind, string cause);

        [LoggerMessage(EventName = "AuditStalled", Level = LogLevel.Error, Message = "Audit records count as not written: {Cause}. Until it returns: {OnError}.")]
        public static partial void Stalled(ILogger logger, string cause, AuditOnError onError);
    }
}
