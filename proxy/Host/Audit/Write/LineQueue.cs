using System.Runtime.InteropServices;
using ImdsProxy.Runtime;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Lines in groups by one thread, in one call for all that wait. No request's thread writes: one that hangs in the kernel would
/// take all connections of a socket's thread with it. A write that takes too long is given up: whoever waits is answered, and
/// until it returns lines are refused at once, or written to stdout by another thread (docs/decisions/0021).
/// </summary>
internal sealed class LineQueue
{
    // How often it is looked whether a write takes too long.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly AuditWriter _writer;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _deadline;
    private readonly ITimer _looks;
    private readonly object _gate = new();
    private readonly ThreadSignal _signal = new();
    private readonly List<PendingLine> _waiting = [];
    private readonly List<PendingLine> _taken = [];
    private readonly List<Action> _dutiesWaiting = [];
    private readonly List<Action> _duties = [];
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FallbackThread? _fallback;
    private long _turn;
    private long _began;
    private long _lost;
    private bool _isInTurn;
    private bool _isIdle;
    private bool _isGivenUp;
    private bool _isClosed;

    public LineQueue(AuditWriter writer, TimeSpan deadline, TimeProvider clock)
    {
        (_writer, _deadline, _clock) = (writer, deadline, clock);
        new Thread(Run) { IsBackground = true, Name = "audit-write" }.Start();
        _looks = clock.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    /// <summary>True once the line is with the kernel; false where it can't be, or not in time, or after <see cref="CloseAsync"/>.</summary>
    public ValueTask<bool> WriteAsync(PendingLine line)
    {
        ValueTask<bool> written;
        bool wakes;
        lock (_gate)
        {
            if (_isClosed || (_isGivenUp && _fallback is null))
            {
                _lost += _isClosed ? 0 : 1;
                return ValueTask.FromResult(line.End());
            }

            written = line.Task;
            _waiting.Add(line);
            wakes = Arrived();
        }

        if (wakes)
        {
            _signal.Set();
        }

        return written;
    }

    /// <summary>Has something else done with the writer, when it is free. Left out while a write hangs: all that is due comes again.</summary>
    public void Post(Action duty)
    {
        lock (_gate)
        {
            if (!_isClosed && !_isGivenUp)
            {
                _dutiesWaiting.Add(duty);
                if (Arrived())
                {
                    _signal.Set();
                }
            }
        }
    }

    /// <summary>Takes no more, and ends once all that waits is written or given up.</summary>
    /// <returns>Whether the writer is the caller's from then on; false where a write hangs.</returns>
    public async Task<bool> CloseAsync()
    {
        Task<bool> ended;
        lock (_gate)
        {
            ended = _ended.Task;
            _isClosed = true;
            _signal.Set();
            Monitor.PulseAll(_gate);
            EndIfStuck();
        }

        var isFree = await ended;
        await _looks.DisposeAsync();
        return isFree;
    }

    /// <summary>What waits, for the thread that writes elsewhere. False where that one is to end.</summary>
    internal bool Take(FallbackThread fallback, List<PendingLine> lines)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_isClosed && !fallback.IsStopped)
            {
                Monitor.Wait(_gate);
            }

            if (fallback.IsStopped)
            {
                return false;
            }

            if (_waiting.Count == 0)
            {
                _ended.TrySetResult(false);
                return false;
            }

            Move(_waiting, lines);
            return true;
        }
    }

    /// <summary>Counts lines that the thread that writes elsewhere could not write.</summary>
    internal void AddLost(int count)
    {
        lock (_gate)
        {
            _lost += count;
        }
    }

    // Whether the thread that writes has to be woken, once the lock is free: not where it is awake, nor where it hangs.
    private bool Arrived()
    {
        if (_fallback is not null)
        {
            Monitor.Pulse(_gate);
        }

        var wakes = _isIdle;
        _isIdle = false;
        return wakes;
    }

    private void EndIfStuck()
    {
        if (_isClosed && _isGivenUp && _fallback is null)
        {
            _ended.TrySetResult(false);
        }
    }

    private void Run()
    {
        while (Take())
        {
            bool written;
            do
            {
                written = Write();
            }
            while (!TryEnd());
            PendingLine.Tell(_taken, written, isHere: true);
            _taken.Clear();
        }

        _ended.TrySetResult(true);
    }

    // What waits, as the next turn. False at the end.
    private bool Take()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_waiting.Count > 0 || _dutiesWaiting.Count > 0)
                {
                    _isIdle = false;
                    Move(_waiting, _taken);
                    _duties.AddRange(_dutiesWaiting);
                    _dutiesWaiting.Clear();
                    Begin();
                    return true;
                }

                if (_isClosed)
                {
                    return false;
                }

                _isIdle = true;
            }

            _signal.Wait();
        }
    }

    private void Begin()
    {
        _turn++;
        _began = _clock.GetTimestamp();
        _isInTurn = true;
    }

    private static void Move(List<PendingLine> from, List<PendingLine> to)
    {
        to.AddRange(from);
        from.Clear();
    }

    private bool Write()
    {
        foreach (var duty in _duties)
        {
            duty();
        }

        _duties.Clear();
        return _taken.Count == 0 || _writer.Write(CollectionsMarshal.AsSpan(_taken), _turn);
    }

    // False where the turn was given up: another has told those who waited. The chain is then taken up in a turn of its own,
    // which may hang like any other.
    private bool TryEnd()
    {
        FallbackThread? fallback;
        lock (_gate)
        {
            if (!_isGivenUp)
            {
                _isInTurn = false;
                return true;
            }

            _taken.Clear();
            fallback = _fallback;
        }

        Stop(fallback);
        long lost;
        lock (_gate)
        {
            (lost, _lost) = (_lost, 0);
            _fallback = null;
            _isGivenUp = false;
            Begin();
        }

        _writer.TakeUp(fallback?.Writer, lost);
        fallback?.Writer.Dispose();
        return false;
    }

    private void Stop(FallbackThread? fallback)
    {
        if (fallback is not null)
        {
            lock (_gate)
            {
                fallback.IsStopped = true;
                Monitor.PulseAll(_gate);
            }

            fallback.Join();
        }
    }

    private void Look()
    {
        List<PendingLine> written = [];
        List<PendingLine> lost = [];
        lock (_gate)
        {
            if (!_isInTurn || _isGivenUp || _clock.GetElapsedTime(_began) < _deadline)
            {
                return;
            }

            GiveUp(written, lost);
            EndIfStuck();
        }

        PendingLine.Tell(written, isWritten: true, isHere: false);
        PendingLine.Tell(lost, isWritten: false, isHere: false);
    }

    private void GiveUp(List<PendingLine> written, List<PendingLine> lost)
    {
        List<PendingLine> lines = [.. _taken];
        lines.ForEach(static line => line.Abandon());
        var (state, writer) = _writer.GiveUp(_turn, lines);
        _isGivenUp = true;
        if (state == TurnLines.Written)
        {
            Move(lines, written);
        }

        if (writer is null)
        {
            Move(lines, lost);
            Move(_waiting, lost);
            _lost += lost.Count;
            return;
        }

        if (state == TurnLines.Unnumbered)
        {
            Move(_waiting, lines);
            Move(lines, _waiting);
        }

        _fallback = new FallbackThread(this, writer, lines);
    }
}
