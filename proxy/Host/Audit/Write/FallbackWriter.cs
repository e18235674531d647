using ImdsProxy.Audit.Chain;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes the records of one chain to stdout while a write to the directory hangs. It writes the lines in doubt first, so that
/// each number names one record whether or not the directory gets these lines too. For use by one thread.
/// </summary>
/// <param name="doubt">The position of the chain when the write was given up.</param>
/// <param name="stall">The write that hangs.</param>
/// <param name="stdout">The destination of the records.</param>
/// <param name="origin">The fields that all lines of the chain share.</param>
/// <param name="observer">Receives the lines that were written, or null.</param>
/// <param name="time">The clock, for the events.</param>
internal sealed class FallbackWriter(
    ChainDoubt doubt, Stall stall, LaggingOutput stdout, AuditOrigin origin, IRecordObserver? observer, TimeProvider time) : ILineWriter, IDisposable
{
    private bool _isAnswered;
    private bool _toldDegraded;

    /// <summary>The chain as it was written to stdout.</summary>
    public ChainedBatch Batch => doubt.Onward;

    /// <summary>True if stdout has the lines in doubt or may still get them, or if there are no lines in doubt.</summary>
    public bool HasDoubt { get; private set; } = doubt.Range.IsEmpty;

    /// <summary>Whether stdout has any numbered line of the chain.</summary>
    public bool HasAny => Batch.KeptSeq > doubt.Range.Last || (HasDoubt && !doubt.Range.IsEmpty);

    /// <summary>The number of lines whose callers were refused.</summary>
    public long Lost { get; private set; }

    /// <summary>The start of the round. All writes of a round share one deadline.</summary>
    public long Began { get; set; }

    /// <summary>Lines whose callers were refused, but which stdout may have.</summary>
    public List<SeqRange> Late { get; } = [];

    /// <summary>Writes the lines in doubt. Returns whether the kernel has them. Their callers get the result of the first attempt.</summary>
    public bool WriteDoubt()
    {
        if (HasDoubt)
        {
            return true;
        }

        var delivery = stdout.Deliver(doubt.Lines, Began);
        HasDoubt = delivery != Delivery.Refused;
        if (HasDoubt)
        {
            observer?.Written(doubt.Lines);
        }

        if (delivery == Delivery.InDoubt || (delivery == Delivery.Written && _isAnswered))
        {
            Late.Add(doubt.Records);
        }

        Lost += _isAnswered || delivery == Delivery.Written ? 0 : doubt.Records.Count;
        _isAnswered = true;
        return delivery == Delivery.Written;
    }

    public bool Write(ReadOnlySpan<PendingLine> lines)
    {
        var isWritten = (HasDoubt || WriteDoubt()) && TryWrite(lines);
        Lost += isWritten ? 0 : lines.Length;
        return isWritten;
    }

    public void Dispose() => Batch.Dispose();

    private bool TryWrite(ReadOnlySpan<PendingLine> lines)
    {
        Batch.Put(_toldDegraded ? lines : [PendingLine.Of(origin, AuditEvents.Degraded(time.GetUtcNow(), stall.Cause)), .. lines]);
        var delivery = stdout.Deliver(Batch.Lines, Began);
        if (delivery == Delivery.Refused)
        {
            Batch.Forget();
            return false;
        }

        _toldDegraded = true;
        Batch.Keep(isInTime: delivery == Delivery.Written);
        observer?.Written(Batch.Lines);
        if (delivery == Delivery.InDoubt)
        {
            Late.Add(new SeqRange(Batch.Seq - lines.Length + 1, Batch.Seq));
        }

        return delivery == Delivery.Written;
    }
}
