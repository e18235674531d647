using System.Text;
using ImdsProxy.Audit.Segments;

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

    // What is numbered and neither kept nor taken back.
    private readonly List<PendingLine> _held = [];
    private bool _isGivenUp;
    private bool _isKept;

    /// <summary>The lines, each with its line feed.</summary>
    public ReadOnlySpan<byte> Lines => _buffer.Written;

    /// <summary>The number of the last line.</summary>
    public long Seq => _chain.Seq;

    /// <summary>The number of the last line that was kept.</summary>
    public long KeptSeq => _chain.MarkedSeq;

    /// <summary>The hash of the last line that was kept, in hex.</summary>
    public string KeptHead => Encoding.ASCII.GetString(_chain.MarkedHead);

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
    /// <param name="isInTime">Whether those who wait may be told so.</param>
    /// <returns>False where that was given up before: then it is known from now on that they are written.</returns>
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

    /// <summary>The lines are not written: their numbers are free again. Twice is as good as once.</summary>
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

    /// <summary>Gives up lines that are not written: nothing of them will be.</summary>
    /// <returns>How many; none where another thread has taken the chain, because that one answers for them.</returns>
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

    /// <summary>Takes it away from its thread, which may hang in a write of it.</summary>
    public ChainDoubt GiveUp()
    {
        lock (_gate)
        {
            _isGivenUp = true;
            var range = new SeqRange(KeptSeq + 1, Seq);

            // Events of the log's own come before them.
            var records = _held.Count(static line => !line.IsOwn);
            return new ChainDoubt(
                range,
                new SeqRange(Seq - records + 1, Seq),
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

            // Whoever took it away has answered for them.
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
