using System.Runtime.InteropServices;
using ImdsProxy.Runtime;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Passes lines to one thread, which writes all waiting lines with one call. Request threads never write, because a thread that
/// hangs in the kernel would stop all connections of its socket. A turn that takes too long is given up (docs/decisions/0021,
/// 0031).
/// </summary>
/// <remarks>
/// <code>
///           lines or duties wait               deadline exceeded
///   idle ─────────────────────────► a turn ───────────────────────► given up
///        ◄─────────────────────────        ◄───────────────────────
///                turn ended                  the hung call returned
/// </code>
/// During a turn, new lines wait for the next turn. When a turn is given up, its callers are answered. Until the hung call
/// returns, lines are refused at once, or the fallback thread writes them to stdout. The thread then takes the chains back in a
/// new turn.
/// </remarks>
internal sealed class LineQueue
{
    // How often the timer checks whether a turn takes too long.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private readonly AuditChains _chains;
    private readonly TimeProvider _time;
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

    /// <param name="chains">The chains, which only this queue's thread uses until it hangs.</param>
    /// <param name="deadline">How long a turn may take in total, for both chains.</param>
    /// <param name="time">The clock, for the deadline.</param>
    public LineQueue(AuditChains chains, TimeSpan deadline, TimeProvider time)
    {
        (_chains, _deadline, _time) = (chains, deadline, time);
        new Thread(Run) { IsBackground = true, Name = "audit-write" }.Start();
        _looks = time.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    /// <summary>Returns true once the kernel has the line, and false if the line cannot be written in time or the queue is closed.</summary>
    public ValueTask<bool> WriteAsync(PendingLine line)
    {
        bool wakes;
        lock (_gate)
        {
            if (_isClosed || IsStuck)
            {
                return ValueTask.FromResult(Refuse(line));
            }

            _waiting.Add(line);
            wakes = Arrived();
        }

        // The signal follows the release of the lock, so that the thread does not wake up only to wait for the lock.
        if (wakes)
        {
            _signal.Set();
        }

        // Valid even if the line is already written: only awaiting the task resets the line.
        return line.Task;
    }

    /// <summary>Runs a duty on the writing thread, in its next turn.</summary>
    /// <returns>False if the duty is skipped, because a write hangs or the queue is closed. Each duty is posted again later.</returns>
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

    /// <summary>Takes no further lines, and completes once all waiting lines are written or given up.</summary>
    /// <returns>Whether the caller may use the chains from then on; false if a write hangs.</returns>
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

    /// <summary>Waits for lines and moves them to the fallback thread. Returns false if that thread must end.</summary>
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

    // Whether nobody writes lines until the hung call returns.
    private bool IsStuck => _isGivenUp && _fallback is null;

    private bool Refuse(PendingLine line)
    {
        if (!_isClosed)
        {
            _chains.Lose(line);
        }

        return line.End();
    }

    // Wakes the fallback thread, if there is one. Returns whether the writing thread must be woken once the lock is released. A
    // thread that is awake or hangs is not woken.
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
        if (_isClosed && IsStuck)
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

    // Waits for lines or duties, and begins a turn with them. Returns false if the queue is closed and empty.
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
        _began = _time.GetTimestamp();
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

    // Ends the turn. Returns false if the turn was given up, in which case its callers have been answered. The chains are then
    // taken up, and continue in a new turn, which may hang like any other.
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
            // Both chains are taken up under one lock. If this turn is given up too, the other thread must find both chains or
            // neither.
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
            if (!_isInTurn || _isGivenUp || _time.GetElapsedTime(_began) < _deadline)
            {
                return;
            }

            GiveUp(answered);
            EndIfStuck();
        }

        PendingLine.Tell(answered, isHere: false);
    }

    // Lines that a chain has written or refused keep that result. Of the others, numbered lines are in doubt, and unnumbered lines
    // wait again, before newer lines. Without a fallback thread all of them are lost.
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
