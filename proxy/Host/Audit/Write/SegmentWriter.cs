using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes batches to the directory: begins each segment with what there is to tell of the one before, and begins another where
/// one fails.
/// </summary>
internal sealed partial class SegmentWriter : IDisposable
{
    private readonly AuditOptions _options;
    private readonly AuditOrigin _origin;
    private readonly ChainedBatch _batch;
    private readonly DegradedPeriod _degraded;
    private readonly Action _written;
    private readonly ChainShare _share;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly AuditDirectory _directory;
    private bool _began;

    /// <param name="options">Where, and how large a segment gets.</param>
    /// <param name="origin">What all lines of the chain have in common.</param>
    /// <param name="batch">What is to be written.</param>
    /// <param name="degraded">Told when the directory can't be written, and when it can be again.</param>
    /// <param name="written">The batch is with the kernel.</param>
    /// <param name="share">What the chain may take of the directory.</param>
    /// <param name="clock">For the age of segments.</param>
    /// <param name="logger">What is wrong with the directory.</param>
    public SegmentWriter(AuditOptions options, AuditOrigin origin, ChainedBatch batch, DegradedPeriod degraded, Action written, ChainShare share, TimeProvider clock, ILogger logger)
    {
        (_options, _origin, _batch, _degraded, _written, _share, _clock, _logger) = (options, origin, batch, degraded, written, share, clock, logger);
        _directory = new AuditDirectory(options, origin.Instance, share, clock);
    }

    /// <summary>What has yet to be written again of a segment that someone removed.</summary>
    public ReadOnlyMemory<byte> Rescued => _directory.Rescued;

    /// <summary>Writes lines as the batch. True once all of them are with the kernel; false if none is.</summary>
    public bool TryWrite(ReadOnlySpan<PendingLine> lines)
    {
        Prepare(PendingLine.MostBytes(lines));
        _batch.Put(lines);
        return TryWrite() || TryWriteToNext(lines);
    }

    /// <summary>Begins another segment after a write that took too long, with what there is to tell of that.</summary>
    public void Reopen()
    {
        _directory.Leave();
        Prepare(bytes: 0);
    }

    /// <summary>Removes segments that are too old, or too many since another process wrote.</summary>
    public void MakeRoom()
    {
        if (_directory.Segment is not null)
        {
            _share.MakeRoom(extra: 0, Announce);
        }
    }

    /// <summary>What is due by time alone: another try of a directory that failed, or that was put elsewhere.</summary>
    public void Tick()
    {
        _directory.TryCutRemains();
        if (_directory.Segment?.LookForPlace() == false)
        {
            _directory.Leave();
        }

        // The next segment begins with the next record, so that none is empty.
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

    // What fails for one file may work for the next.
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

    // Begins the next segment where there is none or it is time, as far as that can be done.
    private void Prepare(int bytes)
    {
        if (_batch.IsGivenUp)
        {
            // The turn goes on after it hung in the other chain; whatever begins now would have to be left again.
            return;
        }

        var now = _clock.GetUtcNow();
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
            // The chain is taken up with another try, right after this turn.
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
            // Before the segment's first byte. A chain that tells of removals itself needs the segment for that.
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

    // Whoever removes it must tell where it ended, and would have to read all of it once it is compressed.
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
        [LoggerMessage(EventName = "AuditSegmentRemoved", Level = LogLevel.Warning, Message = "A segment was removed while it was written, and its records are gone; the last {Bytes} bytes are written again to {Path}")]
        public static partial void SegmentRemoved(ILogger logger, int bytes, string path);

        [LoggerMessage(EventName = "AuditNotCutOff", Level = LogLevel.Error, Message = "{Path} holds the remains of a failed write after its first {Length} bytes, and the next segment begins only once they could be cut off")]
        public static partial void NotCutOff(ILogger logger, string path, long length);

        [LoggerMessage(EventName = "AuditRemainsLeft", Level = LogLevel.Error, Message = "{Path} could not be cut back after a failed write: what follows its first {Length} bytes was answered as not written")]
        public static partial void RemainsLeft(ILogger logger, string path, long length);
    }
}
