using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes batches to the directory. Begins each segment with the events about the previous segment, and begins another segment if
/// a segment fails.
/// </summary>
internal sealed partial class SegmentWriter : IDisposable
{
    private readonly AuditOptions _options;
    private readonly AuditOrigin _origin;
    private readonly ChainedBatch _batch;
    private readonly DegradedPeriod _degraded;
    private readonly Action _written;
    private readonly ChainShare _share;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AuditDirectory _directory;
    private bool _began;

    /// <param name="options">The directory and the size of its segments.</param>
    /// <param name="origin">The fields that all lines of the chain share.</param>
    /// <param name="batch">The lines to write.</param>
    /// <param name="degraded">Notified when the directory cannot be written, and when it can be written again.</param>
    /// <param name="written">Called once the kernel has the batch.</param>
    /// <param name="share">The chain's share of the directory.</param>
    /// <param name="time">The clock, for the age of segments.</param>
    /// <param name="logger">Logs failures of the directory.</param>
    public SegmentWriter(AuditOptions options, AuditOrigin origin, ChainedBatch batch, DegradedPeriod degraded, Action written, ChainShare share, TimeProvider time, ILogger logger)
    {
        (_options, _origin, _batch, _degraded, _written, _share, _time, _logger) = (options, origin, batch, degraded, written, share, time, logger);
        _directory = new AuditDirectory(options, origin.Instance, share, time);
    }

    /// <summary>The last lines of a deleted segment, until they are written again.</summary>
    public ReadOnlyMemory<byte> Rescued => _directory.Rescued;

    /// <summary>Called when a segment has begun.</summary>
    public Action? SegmentBegan { get; init; }

    /// <summary>Writes lines as the batch. Returns true once the kernel has all lines, and false if the kernel has none.</summary>
    public bool TryWrite(ReadOnlySpan<PendingLine> lines)
    {
        Prepare(PendingLine.MostBytes(lines));
        _batch.Put(lines);
        return TryWrite() || TryWriteToNext(lines);
    }

    /// <summary>Begins another segment after a write that took too long, with the events about that write.</summary>
    public void Reopen()
    {
        _directory.Leave();
        Prepare(bytes: 0);
    }

    /// <summary>Removes segments that are too old, or that exceed the limit because another process wrote.</summary>
    public void MakeRoom()
    {
        if (_directory.Segment is not null)
        {
            _share.MakeRoom(extra: 0, Announce);
        }
    }

    /// <summary>Does the work that is due by time: retries a directory that failed or was moved.</summary>
    public void Tick()
    {
        _directory.TryCutRemains();
        if (_directory.Segment?.LookForPlace() == false)
        {
            _directory.Leave();
        }

        // A segment that is only due for rotation ends with the next record, so that no segment is empty.
        if (_directory.Segment is null)
        {
            Prepare(bytes: 0);
        }
    }

    public void Dispose()
    {
        _directory.Dispose();
        foreach (var remains in _directory.Remains.Where(static remains => remains.IsThere))
        {
            Log.RemainsLeft(_logger, remains.Path, remains.Length);
        }
    }

    private bool TryWrite()
    {
        if (_directory.Segment is not { } segment)
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

        _written();
        return true;
    }

    // A write that fails for one file may succeed for the next file.
    private bool TryWriteToNext(ReadOnlySpan<PendingLine> lines)
    {
        if (!_directory.MayOpen || _batch.IsGivenUp)
        {
            return false;
        }

        Prepare(PendingLine.MostBytes(lines));
        _batch.Put(lines);
        return TryWrite();
    }

    // Begins the next segment, if possible, when there is no segment or when rotation is due.
    private void Prepare(int bytes)
    {
        if (_batch.IsGivenUp)
        {
            // This turn hung in the other chain and was given up. If this turn began a segment now, the segment would have to be
            // left at once.
            return;
        }

        var now = _time.GetUtcNow();
        _directory.LookForSegment(now, bytes);
        if (_directory.Segment is not null ? !_directory.RotationDue(now, bytes) : !_directory.MayOpen)
        {
            return;
        }

        try
        {
            Open(now, bytes);
        }
        catch (IOException) when (_batch.IsGivenUp)
        {
            // The chain is taken up right after this turn, which retries the write.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _directory.OpeningFailed();
            Degrade(e);
        }
    }

    private void Open(DateTimeOffset now, int bytes)
    {
        _directory.Ensure();
        using var turn = _share.Enter();
        RememberEnd();
        var excess = _directory.Excess(bytes);
        var next = _directory.OpenNext(now);
        PendingLine[] events;
        try
        {
            // Make room before the segment's first byte. A chain that records removals itself needs the segment for the event, so it
            // only checks here that room can be made.
            if (_share.TellsItself)
            {
                _share.Check(excess);
            }
            else
            {
                _share.MakeRoom(excess, Announce);
            }

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
        SegmentBegan?.Invoke();
        _began = true;
        _degraded.End();
        if (events.Length > 0)
        {
            _written();
        }

        if (_share.TellsItself)
        {
            _share.MakeRoom(excess, Announce);
        }
    }

    // A removal must record where the segment ended. Without this entry, the removal would have to decompress the segment to find
    // its end.
    private void RememberEnd()
    {
        _batch.Forget();
        if (_directory.Segment is { Length: > 0 } segment && _batch.KeptSeq > 0)
        {
            _share.Heads.Put(segment.Name, new ChainHead(_origin.Instance, _batch.KeptSeq, _batch.KeptHead, segment.Name.ToString()));
        }
    }

    private bool Announce(AuditEvent auditEvent)
    {
        _batch.Put([PendingLine.Of(_origin, auditEvent)]);
        return TryWrite();
    }

    private PendingLine[] OpeningEvents(DateTimeOffset now)
    {
        var events = _degraded.Events(now);
        if (!_began)
        {
            events = events.Append(AuditEvents.ChainBegan(now, ChainHead.ReadAll(_options.Directory!), _share.IsReserve));
        }

        return [.. events.Select(auditEvent => PendingLine.Of(_origin, auditEvent))];
    }

    private void Degrade(Exception e)
    {
        if (_directory.Leave() is { } remains)
        {
            Log.NotCutOff(_logger, remains.Path, remains.Length);
        }

        _degraded.Begin(e.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditSegmentRemoved", Level = LogLevel.Warning, Message = "A segment was deleted while it was being written, and its records are lost except the last {Bytes} bytes, which are written again to {Path}")]
        public static partial void SegmentRemoved(ILogger logger, int bytes, string path);

        [LoggerMessage(EventName = "AuditNotCutOff", Level = LogLevel.Error, Message = "{Path} holds the remains of a failed write after its first {Length} bytes. The next segment begins once the file has been truncated.")]
        public static partial void NotCutOff(ILogger logger, string path, long length);

        [LoggerMessage(EventName = "AuditRemainsLeft", Level = LogLevel.Error, Message = "{Path} could not be truncated after a failed write. The lines after its first {Length} bytes count as not written.")]
        public static partial void RemainsLeft(ILogger logger, string path, long length);
    }
}
