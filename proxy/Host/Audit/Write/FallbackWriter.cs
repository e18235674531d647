using ImdsProxy.Audit.Chain;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Writes the records of one chain to stdout while a write to the directory hangs. It begins with the lines in doubt: whether they reach the
/// directory too or not, their numbers then name one record each. One thread uses it.
/// </summary>
/// <param name="doubt">Where the chain stood.</param>
/// <param name="stall">The write that hangs.</param>
/// <param name="stdout">Where records go.</param>
/// <param name="origin">What all lines of the chain have in common.</param>
/// <param name="observer">Sees the lines that were written, or null.</param>
/// <param name="clock">For the events.</param>
internal sealed class FallbackWriter(
    ChainDoubt doubt, Stall stall, LaggingOutput stdout, AuditOrigin origin, IRecordObserver? observer, TimeProvider clock) : ILineWriter, IDisposable
{
    private bool _isAnswered;
    private bool _toldDegraded;

    /// <summary>The chain as it was written here.</summary>
    public ChainedBatch Batch => doubt.Onward;

    /// <summary>Whether the lines in doubt are here, or there are none.</summary>
    public bool HasDoubt { get; private set; } = doubt.Range.IsEmpty;

    /// <summary>Whether anything of the chain is here that has a number.</summary>
    public bool HasAny => Batch.KeptSeq > doubt.Range.Last || (HasDoubt && !doubt.Range.IsEmpty);

    /// <summary>Lines that someone waited for and was told that they are not written.</summary>
    public long Lost { get; private set; }

    /// <summary>When the round began, which has one deadline for all that it writes.</summary>
    public long Began { get; set; }

    /// <summary>Lines whose callers were told that they are not written, and which may be here all the same.</summary>
    public List<SeqRange> Late { get; } = [];

    /// <summary>Writes the lines in doubt. True once they are with the kernel. Those who wait for them are told what comes of the first try.</summary>
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
        Batch.Put(_toldDegraded ? lines : [PendingLine.Of(origin, AuditEvents.Degraded(clock.GetUtcNow(), stall.Cause)), .. lines]);
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
