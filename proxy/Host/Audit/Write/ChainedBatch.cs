using System.Text;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Lines that are numbered and linked to the previous ones, to be written in one call. After a successful write, the lines are
/// kept; after a failed write, their numbers are reused. One thread at a time uses the batch. Any other thread may take it away
/// from a thread that hangs.
/// </summary>
internal sealed class ChainedBatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RecordChain _chain = new();
    private readonly LineBuffer _buffer = new();

    // Lines that are numbered, but neither kept nor taken back.
    private readonly List<PendingLine> _held = [];
    private bool _isGivenUp;
    private bool _isKept;

    /// <summary>The bytes of the lines, each with its line feed.</summary>
    public ReadOnlySpan<byte> Lines => _buffer.Written;

    /// <summary>The number of the last line.</summary>
    public long Seq => _chain.Seq;

    /// <summary>The number of the last line that was kept.</summary>
    public long KeptSeq => _chain.MarkedSeq;

    /// <summary>The hash of the last line that was kept, in hex.</summary>
    public string KeptHead => Encoding.ASCII.GetString(_chain.MarkedHead);

    /// <summary>Whether another thread has taken the batch away.</summary>
    public bool IsGivenUp
    {
        get
        {
            lock (_gate)
            {
                return _isGivenUp;
            }
        }
    }

    /// <summary>Replaces all lines that were not kept by these lines.</summary>
    /// <exception cref="GivenUpException">Another thread has taken the batch away.</exception>
    public void Put(ReadOnlySpan<PendingLine> lines)
    {
        lock (_gate)
        {
            Restart();
            foreach (var line in lines)
            {
                _chain.Append(_buffer, line);
                line.State = LineState.InDoubt;
                _held.Add(line);
            }
        }
    }

    /// <summary>Replaces all lines that were not kept by a checkpoint, which is not part of the chain.</summary>
    /// <exception cref="GivenUpException">Another thread has taken the batch away.</exception>
    public void PutBeside(PendingLine line)
    {
        lock (_gate)
        {
            Restart();
            _chain.PutBeside(_buffer, line);
        }
    }

    /// <summary>Records that the lines are written, so their numbers are used.</summary>
    /// <param name="isInTime">Whether callers may be told that the lines are written.</param>
    /// <returns>False if the batch had already been given up. <see cref="TakeUp"/> then returns that the lines are written.</returns>
    public bool Keep(bool isInTime = true)
    {
        lock (_gate)
        {
            _isKept = true;
            if (!_isGivenUp)
            {
                _chain.Mark();
                LetGo(isInTime ? LineState.Written : LineState.Refused);
            }

            return !_isGivenUp;
        }
    }

    /// <summary>Records that the lines are not written, so their numbers can be reused. Idempotent.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            if (!_isGivenUp)
            {
                TakeBack();
            }
        }
    }

    /// <summary>Refuses lines that are not written, and never will be.</summary>
    /// <returns>The number of lines; 0 if another thread has taken the batch away, because that thread answers for them.</returns>
    public int Refuse(ReadOnlySpan<PendingLine> lines)
    {
        var refused = 0;
        lock (_gate)
        {
            if (_isGivenUp)
            {
                return 0;
            }

            TakeBack();
            foreach (var line in lines)
            {
                if (line.State == LineState.Unnumbered)
                {
                    line.State = LineState.Refused;
                    refused++;
                }
            }
        }

        return refused;
    }

    /// <summary>Takes the batch away from its thread, which may hang while it writes the batch.</summary>
    public ChainDoubt GiveUp()
    {
        lock (_gate)
        {
            _isGivenUp = true;
            var range = new SeqRange(KeptSeq + 1, Seq);

            // The log's own events come before the records.
            var records = _held.Count(static line => !line.IsOwn);
            return new ChainDoubt(
                range,
                new SeqRange(Seq - records + 1, Seq),
                range.IsEmpty ? [] : _buffer.Written.ToArray(),
                After());
        }
    }

    /// <summary>Gives the batch back to its thread, once the hung call has returned.</summary>
    /// <param name="onward">The chain as it was written to stdout meanwhile, or null if nothing was written there.</param>
    /// <returns>Whether the lines in doubt are written.</returns>
    public bool TakeUp(ChainedBatch? onward)
    {
        lock (_gate)
        {
            var isWritten = _isKept && Seq > KeptSeq;
            _isGivenUp = false;
            if (onward is not null)
            {
                _chain.Continue(onward._chain);
            }
            else if (isWritten)
            {
                _chain.Mark();
            }

            // The thread that took the batch away has answered the callers.
            _held.Clear();
            TakeBack();
            return isWritten;
        }
    }

    public void Dispose() => _chain.Dispose();

    private ChainedBatch After()
    {
        var after = new ChainedBatch();
        after._chain.Continue(_chain);
        after._chain.Mark();
        return after;
    }

    private void Restart()
    {
        if (_isGivenUp)
        {
            throw new GivenUpException();
        }

        TakeBack();
        _isKept = false;
    }

    private void TakeBack()
    {
        _chain.TakeBack();
        _buffer.Clear();
        LetGo(LineState.Unnumbered);
    }

    private void LetGo(LineState state)
    {
        foreach (var line in _held)
        {
            line.State = state;
        }

        _held.Clear();
    }
}
