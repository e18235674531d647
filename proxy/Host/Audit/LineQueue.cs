using System.Runtime.InteropServices;

namespace ImdsProxy.Audit;

/// <summary>
/// Lines in groups by one writer. Whoever comes while nobody writes does it at once, on its own thread: two switches
/// of threads would cost more than the write. Who comes meanwhile waits, is written with all others that wait, in one
/// call, and goes on on the thread that wrote.
/// </summary>
/// <param name="writer">Used by one thread at a time: the one whose turn it is.</param>
/// <param name="inline">Whether who brings a line may write it itself; not where that can take long.</param>
internal sealed class LineQueue(AuditWriter writer, bool inline) : IThreadPoolWorkItem
{
    // Of those that waited, as many go on on the thread that wrote; the rest are more than it should keep its own request
    // waiting for.
    private const int MostHere = 8;

    // Whether this thread lets others go on. Each that does may have a further request to write at once, and so on without end:
    // that one is left to the pool.
    [ThreadStatic]
    private static bool _isResuming;

    private readonly Lock _gate = new();
    private List<PendingLine> _waiting = [];
    private List<PendingLine>? _spare = [];
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
                return ValueTask.FromResult(line.End(written: false));
            }

            lead = !_writing;
            _writing = true;
            if (!lead || !here)
            {
                written = line.Task;
                _waiting.Add(line);
            }
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
        while (TakeBatch() is { } batch)
        {
            Complete(batch, WriteBatch(batch), mostHere: 0);
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

    // Its own, then once those that came meanwhile, together; no more, because whoever leads has a request of its own to
    // answer.
    private bool Lead(PendingLine line)
    {
        var written = writer.Write(new ReadOnlySpan<PendingLine>(in line));
        if (TakeBatch() is { } batch)
        {
            var batchWritten = WriteBatch(batch);
            HandOver();
            Complete(batch, batchWritten, MostHere);
        }

        return line.End(written);
    }

    private void HandOver()
    {
        lock (_gate)
        {
            if (IsIdle)
            {
                Rest();
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool IsIdle => _waiting.Count == 0 && _dutiesWaiting.Count == 0;

    private List<PendingLine>? TakeBatch()
    {
        lock (_gate)
        {
            if (IsIdle)
            {
                Rest();
                return null;
            }

            var batch = _waiting;
            _waiting = Interlocked.Exchange(ref _spare, null) ?? [];
            (_dutiesWaiting, _duties) = (_duties, _dutiesWaiting);
            return batch;
        }
    }

    private void Rest()
    {
        _writing = false;
        _drained?.TrySetResult();
    }

    private bool WriteBatch(List<PendingLine> batch)
    {
        foreach (var duty in _duties)
        {
            duty();
        }

        _duties.Clear();
        return batch.Count == 0 || writer.Write(CollectionsMarshal.AsSpan(batch));
    }

    private void Complete(List<PendingLine> batch, bool written, int mostHere)
    {
        _isResuming = mostHere > 0;
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Complete(written, here: i < mostHere);
        }

        _isResuming = false;
        batch.Clear();
        _spare = batch;
    }
}
