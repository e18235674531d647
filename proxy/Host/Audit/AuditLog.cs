using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Export;
using ImdsProxy.Audit.Pods;
using ImdsProxy.Audit.Reserve;
using ImdsProxy.Audit.Retain;
using ImdsProxy.Audit.Settings;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Audit;

/// <summary>The audit log of a process: composes writing, the reserve, retention and export, and runs their timers.</summary>
internal sealed partial class AuditLog : IAuditLog, IAsyncDisposable
{
    // The default for callers that do not specify how long closing may take.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // The limit for work on the directory outside the write path. A disk that hangs must not keep the process from ending.
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AuditOptions _options;
    private readonly LinePool _lines;
    private readonly LinePool _reserveLines;
    private readonly ReserveChoice? _reserve;
    private readonly StatedPods _pods;
    private readonly AuditChains _chains;
    private readonly LineQueue _queue;
    private readonly Retention? _retention;
    private readonly OtlpExport? _export;
    private readonly List<OutputLosses> _losses = [];
    private readonly LaggingOutput? _stdoutBeside;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _keeping = new(1);
    private readonly ITimer _ticks;
    private readonly ITimer _checkpoints;
    private readonly ITimer? _hours;
    private int _closed;

    public AuditLog(AuditOptions options, TimeProvider time, ILogger<AuditLog> logger, IRecordOutput? stdout = null)
    {
        (_options, _time, _logger) = (options, time, logger);
        Origin = new AuditOrigin(options.Cluster, options.Node, InstanceName.Choose(options.Directory));
        _export = options.Otlp is null ? null : new OtlpExport(options.Otlp, options.Node, options.OtlpQueueBytes, logger);
        _retention = options.Directory is null ? null : new Retention(options, time, logger);
        _pods = new StatedPods(time);
        var sharedStdout = new SharedStdout(stdout ?? new StandardOutput(), options, time, logger);
        _stdoutBeside = sharedStdout.Beside;

        // Without a directory, nothing is ever removed, so no record needs a reserve.
        var reserve = _retention is null || !options.HasReserve ? null : new AuditWriter(
            options,
            Origin with { Instance = InstanceName.Choose(options.Directory, Origin.Instance) },
            sharedStdout,
            new ChainShare(options, _retention, isReserve: true, tell: null),
            time,
            logger)
        {
            Observer = _export,
            SegmentBegan = _pods.BeginSegment,
        };
        var share = _retention is null ? null : new ChainShare(options, _retention, isReserve: false, reserve is null ? null : reserve.Write);
        var requests = new AuditWriter(options, Origin, sharedStdout, share, time, logger)
        {
            Observer = _export,
            SegmentBegan = reserve is null ? _pods.BeginSegment : null,
        };
        _lines = new LinePool(Origin, isReserve: false);
        _reserveLines = reserve is null ? _lines : new LinePool(reserve.Origin, isReserve: true);
        _reserve = reserve is null ? null : new ReserveChoice(options.ReserveBytes);
        _chains = new AuditChains(requests, reserve, ShareSizes.SmallestOf(options), time);
        _chains.Tick();
        _queue = new LineQueue(_chains, options.WriteDeadline, time);
        if (_export is not null)
        {
            _losses.Add(new OutputLosses("otlp", () => _export.Lost, time));
        }

        if (_stdoutBeside is not null && options.StandardOutput)
        {
            _losses.Add(new OutputLosses("stdout", () => _stdoutBeside.Lost, time));
        }

        if (_retention is not null)
        {
            var keeper = new SegmentKeeper(Origin.Instance, _retention, MakeRoomAsync, time, logger);
            _ = Task.Run(() => KeepAsync(keeper, time, options.KeepInterval));
        }

        // Without a directory there are no segments. Readers of stdout find each caller's labels in each hour instead.
        _hours = _retention is null ? time.CreateTimer(_ => _pods.BeginSegment(), null, options.SegmentAge, options.SegmentAge) : null;
        _ticks = time.CreateTimer(_ => Tick(), null, options.RetryInterval, options.RetryInterval);
        _checkpoints = time.CreateTimer(_ => _queue.Post(() => Try(Checkpoint)), null, options.CheckpointInterval, options.CheckpointInterval);
    }

    /// <summary>The fields that all lines of this process's request chain share.</summary>
    public AuditOrigin Origin { get; }

    public string? Failure => _chains.Failure;

    /// <summary>The reason why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => _chains.Degraded;

    public ValueTask<bool> WriteAsync(AuditRecord record)
    {
        // The event comes first, so that whoever reads the record knows the labels by which it was decided.
        if (record.Caller is Caller.Pod { Identity: var pod } && _pods.Before(pod, record.Timestamp) is { } seen)
        {
            _ = WriteAsync(seen);
        }

        return _reserve?.Choose(record) is { } quota
            ? WriteReservedAsync(record, quota)
            : _queue.WriteAsync(Serialise(_lines, record, static (line, record) => line.Put(record)));
    }

    public ValueTask<bool> WriteAsync(AuditEvent auditEvent) =>
        _queue.WriteAsync(Serialise(_reserveLines, auditEvent, static (line, auditEvent) => line.Put(auditEvent)));

    /// <summary>The number of segments that retention has removed since the start.</summary>
    public long SegmentsRemoved => _retention?.Removed ?? 0;

    /// <summary>The number of lines that the OTLP receiver did not get, or null without a receiver.</summary>
    public long? ExportLost => _export?.Lost;

    /// <summary>The number of lines that are in the directory but that stdout did not get.</summary>
    public long StdoutLost => _stdoutBeside?.Lost ?? 0;

    /// <summary>The reason why stdout lags behind the directory, or null if it does not lag.</summary>
    public string? StdoutTrouble => _stdoutBeside?.Failure;

    /// <summary>Keeps a policy document beside the records that name its revision.</summary>
    /// <returns>The reason why the document could not be kept within the time limit, or null on success.</returns>
    public async Task<string?> KeepPolicyAsync(string revision, ReadOnlyMemory<byte> document)
    {
        try
        {
            if (_options.Directory is { } directory)
            {
                // A policy must come into force even while the disk hangs.
                await Task.Run(() => KeepPolicy(directory, revision, document)).WaitAsync(DiskPatience, _time);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return e.Message;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync(Patience);

    /// <summary>Writes the queued lines, gives the export some time, and closes the log. Later lines are not written.</summary>
    /// <param name="patience">How long the OTLP receiver may take for the lines that still wait.</param>
    public async ValueTask CloseAsync(TimeSpan patience)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
        {
            return;
        }

        WritePods(isEnd: true);
        await _stopping.CancelAsync();
        await _keeping.WaitAsync(DiskPatience);
        var isFree = await _queue.CloseAsync();
        await _ticks.DisposeAsync();
        await _checkpoints.DisposeAsync();
        if (_hours is not null)
        {
            await _hours.DisposeAsync();
        }

        if (isFree)
        {
            await EndInTimeAsync(patience);
        }
        else
        {
            Log.EndsStalled(_logger);
            _stdoutBeside?.Close(DiskPatience);
            _export?.Flush(patience);
        }
    }

    // The last writes may hang like any other write. In that case they end with the process.
    private async Task EndInTimeAsync(TimeSpan patience)
    {
        try
        {
            await Task.Factory.StartNew(() => End(patience), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(patience + (DiskPatience * 3), _time);
        }
        catch (TimeoutException)
        {
            Log.EndsStalled(_logger);
        }
    }

    // The export is flushed after the last checkpoint, so its final losses can still be recorded here.
    private void End(TimeSpan patience)
    {
        _chains.Tick();
        _chains.Checkpoint();
        _export?.Flush(patience);
        _stdoutBeside?.Flush(DiskPatience);
        if (TellLosses())
        {
            _chains.Checkpoint();
        }

        _chains.Dispose();
        _stdoutBeside?.Close(DiskPatience);
        _export?.Dispose();
    }

    private async Task KeepAsync(SegmentKeeper keeper, TimeProvider time, TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, time);
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

    private void KeepPolicy(string directory, string revision, ReadOnlyMemory<byte> document)
    {
        using var turn = _retention!.Enter();
        PolicyArchive.Keep(
            directory,
            revision,
            document.Span,
            _options.PolicyBytes,
            removed => _ = WriteAsync(AuditEvents.PoliciesRemoved(_time.GetUtcNow(), removed)).AsTask());
    }

    private async ValueTask<bool> WriteReservedAsync(AuditRecord record, CallerReserve quota)
    {
        var line = Serialise(_reserveLines, record, static (line, record) => line.Put(record));
        quota.Charge(record, line.MostLength);
        var written = await _queue.WriteAsync(line);
        if (!written)
        {
            _reserve!.TakeBack(record);
        }

        return written;
    }

    private async Task WriteAsync(PodSeen seen)
    {
        if (Failure is not null)
        {
            // A failed attempt would count as a lost record.
            _pods.TakeBack(seen);
            return;
        }

        var quota = _reserve?.Choose(seen);
        var line = Serialise(quota is null ? _lines : _reserveLines, seen, static (line, seen) => line.Put(seen));
        quota?.ChargeSeen(line.MostLength);
        if (!await _queue.WriteAsync(line))
        {
            _pods.TakeBack(seen);
        }
    }

    private void Tick()
    {
        WritePods(isEnd: false);
        _queue.Post(() => Try(_chains.Tick));
    }

    private void WritePods(bool isEnd)
    {
        foreach (var seen in Failure is null ? _pods.TakeDue(_time.GetUtcNow(), isEnd) : [])
        {
            _ = WriteAsync(seen);
        }
    }

    // Runs in the writer's turn, so that the event is written before the removal and no line is written between them. A
    // removal has the same deadline as a write. While a write hangs, nothing is removed.
    private Task MakeRoomAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isPosted = _queue.Post(() =>
        {
            try
            {
                _chains.MakeRoom();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return isPosted ? done.Task : Task.CompletedTask;
    }

    private PendingLine Serialise<T>(LinePool pool, T what, Action<PendingLine, T> put)
    {
        var line = pool.Take();
        try
        {
            put(line, what);
        }
        catch (Exception e)
        {
            // No input is known to cause this. An unexpected error must affect only its own request.
            Log.NotSerialised(_logger, e.GetType().Name, e.Message);
            line.PutInstead(AuditEvents.Unwritable(_time.GetUtcNow(), e));
        }

        return line;
    }

    // No duty is known to throw any other exception. Such an exception would end the writing thread, and all later records would
    // wait for ever.
    private void Try(Action duty)
    {
        try
        {
            duty();
        }
        catch (GivenUpException)
        {
            // A write hung and was given up. The duty is due again later.
        }
        catch (Exception e)
        {
            Log.MaintenanceFailed(_logger, e.GetType().Name, e.Message);
        }
    }

    private void Checkpoint()
    {
        TellLosses();
        _chains.Checkpoint();
    }

    private bool TellLosses()
    {
        var told = false;
        foreach (var losses in _losses)
        {
            told |= losses.Tell(_chains.Write);
        }

        return told;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditEndsStalled", Level = LogLevel.Error, Message = "The audit log closes while a write hangs. Its last records may reach the output later or never, and no checkpoint follows them.")]
        public static partial void EndsStalled(ILogger logger);

        [LoggerMessage(EventName = "AuditNotSerialised", Level = LogLevel.Error, Message = "A record could not be serialised and counts as not written: {Kind}: {Cause}")]
        public static partial void NotSerialised(ILogger logger, string kind, string cause);

        [LoggerMessage(EventName = "AuditMaintenanceFailed", Level = LogLevel.Error, Message = "A maintenance task of the audit log failed: {Kind}: {Cause}")]
        public static partial void MaintenanceFailed(ILogger logger, string kind, string cause);
    }
}
