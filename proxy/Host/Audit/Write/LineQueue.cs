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

    private readonly AuditChains _chains;
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
    private long _began;
    private bool _isInTurn;
    private bool _isIdle;
    private bool _isGivenUp;
    private bool _isClosed;

    /// <param name="chains">Used by one thread at a time: this queue's, until it hangs.</param>
    /// <param name="deadline">How long a turn may take, whatever it does to either chain.</param>
    /// <param name="clock">For the deadline.</param>
    public LineQueue(AuditChains chains, TimeSpan deadline, TimeProvider clock)
    {
        (_chains, _deadline, _clock) = (chains, deadline, clock);
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
                if (!_isClosed)
                {
                    _chains.Lose(line);
                }

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

    /// <summary>Has something else done with the writer, when it is free.</summary>
    /// <returns>False where it is left out, because a write hangs or the queue is closed: all that is due comes again.</returns>
    public bool Post(Action duty)
    {
        lock (_gate)
        {
            if (_isClosed || _isGivenUp)
            {
                return false;
            }

            _dutiesWaiting.Add(duty);
            if (Arrived())
            {
                _signal.Set();
            }

            return true;
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
            Write();
            while (!TryEnd())
            {
                _chains.Resume();
            }

            PendingLine.Tell(_taken, isHere: true);
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
        _began = _clock.GetTimestamp();
        _isInTurn = true;
    }

    private static void Move(List<PendingLine> from, List<PendingLine> to)
    {
        to.AddRange(from);
        from.Clear();
    }

    private void Write()
    {
        foreach (var duty in _duties)
        {
            duty();
        }

        _duties.Clear();
        if (_taken.Count > 0)
        {
            _chains.Write(CollectionsMarshal.AsSpan(_taken));
        }
    }

    // False where the turn was given up: another has told those who waited. The chains are then taken up, and go on in a turn
    // of their own, which may hang like any other.
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
        lock (_gate)
        {
            // Both chains at once: a turn that is given up again must find both or none.
            _chains.TakeUp(fallback?.Chains);
            _fallback = null;
            _isGivenUp = false;
            Begin();
        }

        fallback?.Chains.Dispose();
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
        List<PendingLine> answered = [];
        lock (_gate)
        {
            if (!_isInTurn || _isGivenUp || _clock.GetElapsedTime(_began) < _deadline)
            {
                return;
            }

            GiveUp(answered);
            EndIfStuck();
        }

        PendingLine.Tell(answered, isHere: false);
    }

    // What either chain has written or refused stands. Of the rest, what has a number is in doubt, and the other lines wait
    // again; without a thread that writes elsewhere all of it is lost.
    private void GiveUp(List<PendingLine> answered)
    {
        _isGivenUp = true;
        _taken.ForEach(static line => line.Abandon());
        var chains = _chains.GiveUp();
        answered.AddRange(_taken.Where(static line => line.State is LineState.Written or LineState.Refused));
        List<PendingLine> doubtful = [.. _taken.Where(static line => line.State == LineState.InDoubt)];
        _waiting.InsertRange(0, _taken.Where(static line => line.State == LineState.Unnumbered));
        if (chains is not null)
        {
            _fallback = new FallbackThread(this, chains, doubtful);
            return;
        }

        Move(_waiting, doubtful);
        doubtful.ForEach(_chains.Lose);
        answered.AddRange(doubtful);
    }
}
