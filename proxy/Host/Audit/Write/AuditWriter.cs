using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes the batches of one chain to the directory or to stdout, and tracks which of these outputs works. One thread at a time
/// uses it. If that thread hangs, another thread may take the chain away from it (docs/decisions/0021).
/// </summary>
internal sealed partial class AuditWriter : ILineWriter, IDisposable
{
    private readonly AuditOptions _options;
    private readonly AuditOrigin _origin;
    private readonly TimeProvider _time;
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

    /// <param name="options">The destinations of the lines.</param>
    /// <param name="origin">The fields that all lines of the chain share.</param>
    /// <param name="stdout">Stdout, which all chains of the process share.</param>
    /// <param name="share">The chain's share of the directory, or null without a directory.</param>
    /// <param name="time">The clock, for the age of segments.</param>
    /// <param name="logger">Logs failures of the outputs.</param>
    public AuditWriter(AuditOptions options, AuditOrigin origin, SharedStdout stdout, ChainShare? share, TimeProvider time, ILogger logger)
    {
        (_options, _origin, _time, _logger) = (options, origin, time, logger);
        (_stdout, _beside, _isReserve) = (stdout.Only, stdout.Beside, share is { IsReserve: true });
        _degraded = new DegradedPeriod(options.OnError, time, logger);
        _segments = share is null ? null : new SegmentWriter(options, origin, _batch, _degraded, DirectoryHasThem, share, time, logger)
        {
            SegmentBegan = () => SegmentBegan?.Invoke(),
        };
    }

    /// <summary>The fields that all lines of the chain share.</summary>
    public AuditOrigin Origin => _origin;

    /// <summary>Receives each batch of lines that was written.</summary>
    public IRecordObserver? Observer { get; set; }

    /// <summary>Called on the writing thread when a segment has begun. Never called without a directory.</summary>
    public Action? SegmentBegan { get; init; }

    /// <summary>The reason why records cannot be written to any output, or null.</summary>
    public string? Failure => _stall is { } stall
        ? _isFallingBack ? _beside!.Failure : stall.Cause
        : _beside is null ? _stdout.Failure
        : _degraded.Cause is not null && _options.OnError == AuditOnError.Stdout ? _beside.Failure
        : _degraded.Cause;

    /// <summary>The reason why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => _stall is { } stall && _segments is not null ? stall.Cause : _degraded.Cause;

    /// <summary>Writes an event. Returns whether the kernel has it.</summary>
    public bool Write(AuditEvent auditEvent) => Write([PendingLine.Of(_origin, auditEvent)]);

    /// <summary>Writes lines. Returns true once the kernel has all lines, and false if, as far as is known, the kernel has none.</summary>
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
            // The thread that gave the chain up has answered the callers and counted the lines.
        }
        catch (Exception e)
        {
            // No input is known to cause this. The answers of these lines must not leave, and the next batch must not wait for ever.
            Log.NotWritable(_logger, e.GetType().Name, e.Message);
        }

        _degraded.Lost += _batch.Refuse(lines);
        return false;
    }

    /// <summary>Counts a record that was not written to any output while a write hangs. Any thread may call this.</summary>
    public void Lose() => Interlocked.Increment(ref _lost);

    /// <summary>Does the work that is due by time.</summary>
    public void Tick() => _segments?.Tick();

    /// <summary>Removes segments that are too old or exceed the limit.</summary>
    public void MakeRoom() => _segments?.MakeRoom();

    /// <summary>Sends the chain's head to stdout and to the observer, so that it leaves the node. The checkpoint is not part of the chain.</summary>
    public void Checkpoint()
    {
        if (_batch.KeptSeq == 0)
        {
            return;
        }

        _batch.PutBeside(PendingLine.Of(_origin, AuditEvents.Checkpoint(_time.GetUtcNow(), _batch.KeptHead)));
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

    /// <summary>Takes the chain away from its thread, which hangs in this or the other chain. Called by another thread.</summary>
    /// <returns>The writer of the chain until <see cref="TakeUp"/> is called, or null if its lines are refused meanwhile.</returns>
    public FallbackWriter? GiveUp()
    {
        var output = _segments is null ? "stdout" : "the audit directory";
        var stall = new Stall($"a write to {output} takes longer than {_options.WriteDeadline.TotalSeconds:0.#} s", _time.GetUtcNow());
        _isFallingBack = _segments is not null && _options.OnError == AuditOnError.Stdout;
        _stall = stall;
        _doubt = _batch.GiveUp();
        if (!_isReserve)
        {
            // Both chains are given up together, so only one of them logs the stall.
            Log.Stalled(_logger, stall.Cause, _segments is null ? AuditOnError.Deny : _options.OnError);
        }

        return _isFallingBack ? new FallbackWriter(_doubt, stall, _beside!, _origin, Observer, _time) : null;
    }

    /// <summary>Gets the chain back once the hung call has returned, and learns what happened to its records. Writes nothing.</summary>
    /// <param name="fallback">The writer that was used meanwhile and has stopped, or null.</param>
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

    /// <summary>Continues the chain after <see cref="TakeUp"/>, and records what happened to its records meanwhile.</summary>
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
            // No input is known to cause this. The writing thread must not end.
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

    // The event is written before the records that it explains.
    private bool WriteDegraded(ReadOnlySpan<PendingLine> lines)
    {
        if (_options.OnError != AuditOnError.Stdout || _batch.IsGivenUp)
        {
            return false;
        }

        var first = _batch.KeptSeq + 1;
        _batch.Put(_degraded.Announced ? lines : [PendingLine.Of(_origin, AuditEvents.Degraded(_time.GetUtcNow(), _degraded.Cause!)), .. lines]);
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
        _degraded.Events(_time.GetUtcNow()).Select(auditEvent => PendingLine.Of(_origin, auditEvent));

    // Lines that stdout then loses are counted, and they are still in the directory.
    private void DirectoryHasThem()
    {
        if (Written() && _options.StandardOutput)
        {
            _beside!.Post(_batch.Lines);
        }
    }

    // From here on, these numbers count as used in any case. Returns false if the write had already been given up.
    private bool Written(bool isInTime = true)
    {
        var isOurs = _batch.Keep(isInTime);
        Observer?.Written(_batch.Lines);
        return isOurs;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentLost", Level = LogLevel.Error, Message = "A segment was deleted while it was being written, and the directory cannot be written since. Its last {Bytes} bytes go to stdout.")]
        public static partial void SegmentLost(ILogger logger, int bytes);

        [LoggerMessage(EventName = "AuditNotWritable", Level = LogLevel.Error, Message = "Audit records could not be written because of an unexpected error: {Kind}: {Cause}")]
        public static partial void NotWritable(ILogger logger, string kind, string cause);

        [LoggerMessage(EventName = "AuditStalled", Level = LogLevel.Error, Message = "Audit records cannot be written in time: {Cause}. Behaviour until it returns: {OnError}.")]
        public static partial void Stalled(ILogger logger, string cause, AuditOnError onError);
    }
}
