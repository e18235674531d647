using System.Text;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Lines that are numbered and linked to those before, to be written in one call. Once they are written they are kept; else
/// their numbers are given again. One thread at a time uses it; any other may take it away from one that hangs in a write.
/// </summary>
internal sealed class ChainedBatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RecordChain _chain = new();
    private readonly LineBuffer _buffer = new();
    private PendingLine? _last;
    private long _turn;
    private bool _isGivenUp;
    private bool _isKept;

    /// <summary>The lines, each with its line feed.</summary>
    public ReadOnlySpan<byte> Lines => _buffer.Written;

    /// <summary>The number of the last line.</summary>
    public long Seq => _chain.Seq;

    /// <summary>The number of the last line that was kept.</summary>
    public long KeptSeq => _chain.MarkedSeq;

    /// <summary>The hash of the last line, in hex.</summary>
    public string Head => Encoding.ASCII.GetString(_chain.Head);

    /// <summary>Whether its thread has lost it.</summary>
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

    /// <summary>Takes these lines in place of all that were not kept.</summary>
    /// <exception cref="GivenUpException">Another numbers lines now.</exception>
    public void Put(ReadOnlySpan<PendingLine> lines, long turn = 0)
    {
        lock (_gate)
        {
            Restart();
            foreach (var line in lines)
            {
                _chain.Append(_buffer, line);
            }

            (_last, _turn) = (lines.IsEmpty ? null : lines[^1], turn);
        }
    }

    /// <summary>Takes one that tells of the chain's head and is itself no part of it.</summary>
    /// <exception cref="GivenUpException">Another numbers lines now.</exception>
    public void PutBeside(PendingLine line)
    {
        lock (_gate)
        {
            Restart();
            _chain.PutBeside(_buffer, line);
        }
    }

    /// <summary>The lines are written: their numbers are taken for good.</summary>
    /// <returns>False where that was given up before: then it is known from now on that they are written.</returns>
    public bool Keep()
    {
        lock (_gate)
        {
            _isKept = true;
            if (!_isGivenUp)
            {
                _chain.Mark();
            }

            return !_isGivenUp;
        }
    }

    /// <summary>The lines are not written: their numbers are free again. Twice is as good as once.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            if (!_isGivenUp)
            {
                _chain.TakeBack();
                _buffer.Clear();
            }
        }
    }

    /// <summary>Takes it away from its thread, which may hang in a write of it.</summary>
    /// <param name="turn">The turn that is given up.</param>
    /// <param name="lines">Its lines.</param>
    public ChainDoubt GiveUp(long turn, IReadOnlyList<PendingLine> lines)
    {
        lock (_gate)
        {
            _isGivenUp = true;
            var range = new SeqRange(KeptSeq + 1, Seq);

            // Events of the log's own come before them.
            var holdsTurn = lines.Count > 0 && ReferenceEquals(lines[^1], _last) && turn == _turn;
            var isInDoubt = holdsTurn && !range.IsEmpty;
            return new ChainDoubt(
                isInDoubt ? TurnLines.InDoubt : holdsTurn ? TurnLines.Written : TurnLines.Unnumbered,
                range,
                new SeqRange(isInDoubt ? Seq - lines.Count + 1 : Seq + 1, Seq),
                range.IsEmpty ? [] : _buffer.Written.ToArray(),
                After());
        }
    }

    /// <summary>Gives it back to its thread, once that hangs no longer.</summary>
    /// <param name="onward">The chain as it was written elsewhere meanwhile, or null where none of it was.</param>
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

            _chain.TakeBack();
            _buffer.Clear();
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

        _chain.TakeBack();
        _buffer.Clear();
        _isKept = false;
        _last = null;
    }
}
