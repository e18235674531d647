using System.Runtime.InteropServices;

namespace ImdsProxy.Audit.Write;

/// <summary>
/// Lines in groups by one writer. Whoever comes while nobody writes does it at once, on its own thread: two switches
/// of threads would cost more than the write. Who comes meanwhile waits, is written with all others that wait, in one
/// call, and goes on on the thread that wrote.
/// </summary>
/// <param name="writer">Used by one thread at a time: the one whose turn it is.</param>
/// <param name="inline">Whether who brings a line may write it itself; not where that can take long.</param>
internal sealed class LineQueue(AuditWriter writer, bool inline) : IThreadPoolWorkItem
{
    // Waking a thread of the pool costs as much as several writes: who leads goes on for so many. What comes after them would
    // keep its own request waiting.
    private const int MostWrites = 8;

    // Of those that waited, as many go on on the thread that wrote; the rest are more than it should keep its own request
    // waiting for.
    private const int MostHere = 8;

    // Whether this thread lets others go on. Each that does may have a further request to write at once, and so on without end:
    // that one is left to the pool.
    [ThreadStatic]
    private static bool _isResuming;

    // What this thread writes, or has written and has yet to tell of.
    [ThreadStatic]
    private static List<PendingLine>? _taken;

    private readonly Lock _gate = new();
    private readonly List<PendingLine> _waiting = [];
    private List<Action> _dutiesWaiting = [];
    private List<Action> _duties = [];
    private TaskCompletionSource? _drained;
    private volatile bool _writing;
    private bool _closed;

    /// <summary>True once the line is with the kernel; false where it can't be, or after <see cref="CloseAsync"/>.</summary>
    public ValueTask<bool> WriteAsync(PendingLine line)
    {
        var here = inline && !_isResuming;
        if (here)
        {
            AwaitTurn();
        }

        bool lead;
        ValueTask<bool> written = default;
        lock (_gate)
        {
            if (_closed)
            {
                return ValueTask.FromResult(line.End());
            }

            lead = !_writing;
            if (!lead || !here)
            {
                written = line.Task;
                _waiting.Add(line);
            }

            _writing = true;
        }

        if (lead && here)
        {
            return ValueTask.FromResult(Lead(line));
        }

        if (lead)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return written;
    }

    /// <summary>Has something else done with the writer, when it is free.</summary>
    public void Post(Action duty)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _dutiesWaiting.Add(duty);
            if (_writing)
            {
                return;
            }

            _writing = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Takes no more, and ends once all that waits is written: from then on the writer is the caller's.</summary>
    public async Task CloseAsync()
    {
        Task drained;
        lock (_gate)
        {
            _closed = true;
            if (!_writing)
            {
                return;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }

        await drained;
    }

    void IThreadPoolWorkItem.Execute()
    {
        var lines = _taken ??= [];
        while (Take(lines, isEnough: false))
        {
            Write(lines, from: 0);
            Tell(lines, mostHere: 0);
        }
    }

    // A write takes a few microseconds; to be woken by another thread costs several times as many.
    private void AwaitTurn()
    {
        var spin = default(SpinWait);
        while (_writing && !spin.NextSpinWillYield)
        {
            spin.SpinOnce();
        }
    }

    // Its own, then those that came meanwhile. They go on when it writes no more, for that takes longer than to write.
    private bool Lead(PendingLine line)
    {
        line.IsWritten = writer.Write(new ReadOnlySpan<PendingLine>(in line));
        var lines = _taken ??= [];
        var written = 0;
        for (var writes = 1; Take(lines, isEnough: writes == MostWrites || written >= MostHere); writes++)
        {
            Write(lines, from: written);
            written = lines.Count;
        }

        Tell(lines, MostHere);
        return line.End();
    }

    // Adds what waits. False once it is another's turn: nobody's where nothing waits, the pool's where this was enough.
    private bool Take(List<PendingLine> lines, bool isEnough)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && _dutiesWaiting.Count == 0)
            {
                _writing = false;
                _drained?.TrySetResult();
                return false;
            }

            if (!isEnough)
            {
                lines.AddRange(_waiting);
                _waiting.Clear();
                (_dutiesWaiting, _duties) = (_duties, _dutiesWaiting);
                return true;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return false;
    }

    private void Write(List<PendingLine> lines, int from)
    {
        foreach (var duty in _duties)
        {
            duty();
        }

        _duties.Clear();
        var batch = CollectionsMarshal.AsSpan(lines)[from..];
        var written = batch.IsEmpty || writer.Write(batch);
        foreach (var line in batch)
        {
            line.IsWritten = written;
        }
    }

    private static void Tell(List<PendingLine> lines, int mostHere)
    {
        _isResuming = mostHere > 0;
        for (var i = 0; i < lines.Count; i++)
        {
            lines[i].Complete(here: i < mostHere);
        }

        _isResuming = false;
        lines.Clear();
    }
}
