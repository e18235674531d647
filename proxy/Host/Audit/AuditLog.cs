using ImdsProxy.Audit.Export;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>
/// Records in groups by one writer. Whoever comes while nobody writes does it at once, on its own thread: two
/// switches of threads would cost more than the write. Who comes meanwhile waits, and is written with all others
/// that wait, in one call.
/// </summary>
internal sealed class AuditLog : IAuditLog, IThreadPoolWorkItem, IAsyncDisposable
{
    // For whoever has no time of its own to end in.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly object Tick = new();
    private static readonly object Checkpoint = new();

    private readonly Lock _gate = new();
    private readonly List<object> _items = [];
    private readonly List<PendingWrite?> _waiters = [];
    private readonly Stack<PendingWrite> _idle = new();
    private readonly AuditBatch _batch = new();
    private readonly AuditWriter _writer;
    private readonly string? _directory;
    private readonly bool _inline;
    private readonly Predicate<object> _obey;
    private readonly OtlpExport? _export;
    private readonly ExportLosses? _losses;
    private readonly SegmentKeeper? _keeper;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _keeping = new(1);
    private readonly ITimer _ticks;
    private readonly ITimer _checkpoints;
    private TaskCompletionSource? _drained;
    private volatile bool _writing;
    private bool _closed;

    public AuditLog(AuditOptions options, TimeProvider clock, ILogger<AuditLog> logger, IRecordOutput? stdout = null)
    {
        Origin = new AuditOrigin(options.Cluster, options.Node, InstanceName.Choose(options.Directory));
        _export = options.Otlp is null ? null : new OtlpExport(options.Otlp, options.Node, logger);
        _losses = _export is null ? null : new ExportLosses(() => _export.Lost, clock);
        _writer = new AuditWriter(options, Origin, stdout ?? new StandardOutput(), clock, logger) { Observer = _export };
        _directory = options.Directory;
        // A thread that waits for the disk must not be the one that reads requests.
        _inline = !options.Fsync;
        _obey = Obey;
        _writer.Tick();
        _keeper = _directory is null ? null : new SegmentKeeper(options, Origin.Instance, clock, logger, WriteAsync);
        if (_keeper is not null)
        {
            _ = Task.Run(() => KeepAsync(_keeper, clock, options.KeepInterval));
        }

        _ticks = clock.CreateTimer(_ => Post(Tick), null, options.RetryInterval, options.RetryInterval);
        _checkpoints = clock.CreateTimer(_ => Post(Checkpoint), null, options.CheckpointInterval, options.CheckpointInterval);
    }

    /// <summary>What this process's lines have in common.</summary>
    public AuditOrigin Origin { get; }

    public string? Failure => _writer.Failure;

    /// <summary>Why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => _writer.Degraded;

    public ValueTask<bool> WriteAsync(AuditRecord record) => Enqueue(record);

    public ValueTask<bool> WriteAsync(AuditEvent auditEvent) => Enqueue(auditEvent);

    /// <summary>Segments that retention removed since the start.</summary>
    public long SegmentsRemoved => _keeper?.Removed ?? 0;

    /// <summary>Lines that the OTLP receiver did not get, or null without one.</summary>
    public long? ExportLost => _export?.Lost;

    /// <summary>Keeps a policy document beside the records that name its revision.</summary>
    /// <returns>Why it could not be kept, or null.</returns>
    public string? KeepPolicy(string revision, ReadOnlySpan<byte> document)
    {
        try
        {
            if (_directory is not null)
            {
                PolicyArchive.Keep(_directory, revision, document);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync(Patience);

    /// <summary>Writes what is queued, gives the export some time, and closes; what comes later is not written.</summary>
    /// <param name="patience">How long an OTLP receiver may take for what still waits.</param>
    public async ValueTask CloseAsync(TimeSpan patience)
    {
        if (!_closed)
        {
            await _stopping.CancelAsync();
            await _keeping.WaitAsync();
        }

        Task? drained;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _drained = _writing ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
            drained = _drained?.Task;
        }

        await (drained ?? Task.CompletedTask);
        await _ticks.DisposeAsync();
        await _checkpoints.DisposeAsync();
        End(patience);
        _stopping.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TakeBatch())
        {
            WriteBatch();
        }
    }

    // The last checkpoint goes to the receiver too; what it then has not taken is still told here.
    private void End(TimeSpan patience)
    {
        _writer.Checkpoint();
        _export?.Flush(patience);
        if (TellLosses())
        {
            _writer.Checkpoint();
        }

        _writer.Dispose();
        _export?.Dispose();
    }

    private async Task KeepAsync(SegmentKeeper keeper, TimeProvider clock, TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, clock);
        await _keeping.WaitAsync();
        try
        {
            do
            {
                await keeper.KeepAsync(_stopping.Token);
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The log is being closed.
        }
        finally
        {
            _keeping.Release();
        }
    }

    // A write takes a few microseconds; to be woken by another thread costs several times as many.
    private void AwaitTurn()
    {
        var spin = default(SpinWait);
        while (_inline && _writing && !spin.NextSpinWillYield)
        {
            spin.SpinOnce();
        }
    }

    private ValueTask<bool> Enqueue(object item)
    {
        AwaitTurn();
        PendingWrite pending;
        bool lead;
        lock (_gate)
        {
            if (_closed)
            {
                return ValueTask.FromResult(false);
            }

            lead = !_writing;
            _writing = true;
            if (!lead || !_inline)
            {
                pending = _idle.TryPop(out var idle) ? idle : new PendingWrite(GiveBack);
                _items.Add(item);
                _waiters.Add(pending);
            }
            else
            {
                pending = null!;
            }
        }

        return lead && _inline ? ValueTask.FromResult(LeadWith(item)) : Wait(lead, pending);
    }

    private ValueTask<bool> Wait(bool lead, PendingWrite pending)
    {
        var task = pending.Task;
        if (lead)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return task;
    }

    // Its own, then once those that came meanwhile, together; no more, because whoever leads has a request of its own to
    // answer.
    private bool LeadWith(object item)
    {
        _batch.Take(item);
        var written = WriteBatch();
        if (TakeBatch())
        {
            WriteBatch();
            HandOver();
        }

        return written;
    }

    private void HandOver()
    {
        lock (_gate)
        {
            if (_items.Count == 0)
            {
                Rest();
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Post(object signal)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _items.Add(signal);
            _waiters.Add(null);
            if (_writing)
            {
                return;
            }

            _writing = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool TakeBatch()
    {
        lock (_gate)
        {
            var any = _batch.TakeFrom(_items, _waiters);
            if (!any)
            {
                Rest();
            }

            return any;
        }
    }

    private void Rest()
    {
        _writing = false;
        _drained?.TrySetResult();
    }

    private bool WriteBatch()
    {
        _batch.Drop(_obey);
        return _batch.Complete(_batch.Items.IsEmpty || _writer.Write(_batch.Items));
    }

    private bool Obey(object item)
    {
        if (item == Tick)
        {
            _writer.Tick();
            return true;
        }

        if (item == Checkpoint)
        {
            TellLosses();
            _writer.Checkpoint();
            return true;
        }

        return false;
    }

    private bool TellLosses() => _losses?.Tell(lost => _writer.Write([lost])) ?? false;

    private void GiveBack(PendingWrite pending)
    {
        lock (_gate)
        {
            _idle.Push(pending);
        }
    }
}
