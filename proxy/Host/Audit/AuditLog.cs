using ImdsProxy.Audit.Export;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit;

/// <summary>The audit log of a process: what is written, kept, told to a receiver, and when.</summary>
internal sealed partial class AuditLog : IAuditLog, IAsyncDisposable
{
    // For whoever has no time of its own to end in.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // For what works on the directory beside the log: a disk that hangs must not keep the process from ending.
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly LinePool _lines;
    private readonly AuditWriter _writer;
    private readonly LineQueue _queue;
    private readonly string? _directory;
    private readonly OtlpExport? _export;
    private readonly List<OutputLosses> _losses = [];
    private readonly SegmentKeeper? _keeper;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _keeping = new(1);
    private readonly ITimer _ticks;
    private readonly ITimer _checkpoints;
    private int _closed;

    public AuditLog(AuditOptions options, TimeProvider clock, ILogger<AuditLog> logger, IRecordOutput? stdout = null)
    {
        (_clock, _logger) = (clock, logger);
        Origin = new AuditOrigin(options.Cluster, options.Node, InstanceName.Choose(options.Directory));
        _export = options.Otlp is null ? null : new OtlpExport(options.Otlp, options.Node, options.OtlpQueueBytes, logger);
        _writer = new AuditWriter(options, Origin, stdout ?? new StandardOutput(), clock, logger) { Observer = _export };
        _lines = new LinePool(Origin);
        _directory = options.Directory;
        _writer.Tick();
        _queue = new LineQueue(_writer, options.WriteDeadline, clock);
        if (_export is not null)
        {
            _losses.Add(new OutputLosses("otlp", () => _export.Lost, clock));
        }

        if (_writer.Beside is { } stdoutBeside && options.StandardOutput)
        {
            _losses.Add(new OutputLosses("stdout", () => stdoutBeside.Lost, clock));
        }
        _keeper = _directory is null ? null : new SegmentKeeper(options, Origin.Instance, clock, logger, WriteAsync);
        if (_keeper is not null)
        {
            _ = Task.Run(() => KeepAsync(_keeper, clock, options.KeepInterval));
        }

        _ticks = clock.CreateTimer(_ => _queue.Post(() => Try(_writer.Tick)), null, options.RetryInterval, options.RetryInterval);
        _checkpoints = clock.CreateTimer(_ => _queue.Post(() => Try(Checkpoint)), null, options.CheckpointInterval, options.CheckpointInterval);
    }

    /// <summary>What this process's lines have in common.</summary>
    public AuditOrigin Origin { get; }

    public string? Failure => _writer.Failure;

    /// <summary>Why records do not go to the directory, or null while they do.</summary>
    public string? Degraded => _writer.Degraded;

    public ValueTask<bool> WriteAsync(AuditRecord record) => WriteAsync(record, static (line, record) => line.Put(record));

    public ValueTask<bool> WriteAsync(AuditEvent auditEvent) => WriteAsync(auditEvent, static (line, auditEvent) => line.Put(auditEvent));

    /// <summary>Segments that retention removed since the start.</summary>
    public long SegmentsRemoved => _keeper?.Removed ?? 0;

    /// <summary>Lines that the OTLP receiver did not get, or null without one.</summary>
    public long? ExportLost => _export?.Lost;

    /// <summary>Lines that stdout beside a directory did not get.</summary>
    public long StdoutLost => _writer.Beside?.Lost ?? 0;

    /// <summary>Why stdout beside a directory lags, or null where it does not.</summary>
    public string? StdoutTrouble => _writer.Beside?.Failure;

    /// <summary>Keeps a policy document beside the records that name its revision.</summary>
    /// <returns>Why it could not be kept, or not in time; or null.</returns>
    public async Task<string?> KeepPolicyAsync(string revision, ReadOnlyMemory<byte> document)
    {
        try
        {
            if (_directory is not null)
            {
                // The next policy must come into force all the same while the disk hangs.
                await Task.Run(() => PolicyArchive.Keep(_directory, revision, document.Span)).WaitAsync(DiskPatience, _clock);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return e.Message;
        }
    }

    public ValueTask DisposeAsync() => CloseAsync(Patience);

    /// <summary>Writes what is queued, gives the export some time, and closes; what comes later is not written.</summary>
    /// <param name="patience">How long an OTLP receiver may take for what still waits.</param>
    public async ValueTask CloseAsync(TimeSpan patience)
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _keeping.WaitAsync(DiskPatience);
        var isFree = await _queue.CloseAsync();
        await _ticks.DisposeAsync();
        await _checkpoints.DisposeAsync();
        if (isFree)
        {
            await EndInTimeAsync(patience);
        }
        else
        {
            Log.EndsStalled(_logger);
            _writer.Beside?.Close(DiskPatience);
            _export?.Flush(patience);
        }
    }

    // The last writes may hang as any write may, and then end with the process.
    private async Task EndInTimeAsync(TimeSpan patience)
    {
        try
        {
            await Task.Factory.StartNew(() => End(patience), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(patience + (DiskPatience * 3), _clock);
        }
        catch (TimeoutException)
        {
            Log.EndsStalled(_logger);
        }
    }

    // The last checkpoint goes to the receiver too; what it then has not taken is still told here.
    private void End(TimeSpan patience)
    {
        _writer.Tick();
        _writer.Checkpoint();
        _export?.Flush(patience);
        _writer.Beside?.Flush(DiskPatience);
        if (TellLosses())
        {
            _writer.Checkpoint();
        }

        _writer.Dispose();
        _writer.Beside?.Close(DiskPatience);
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

    private ValueTask<bool> WriteAsync<T>(T what, Action<PendingLine, T> put)
    {
        var line = _lines.Take();
        try
        {
            put(line, what);
        }
        catch (Exception e)
        {
            // Known for no input. Whatever it is, the requests of others must not pay for it.
            Log.NotInWords(_logger, e.GetType().Name, e.Message);
            line.PutInstead(AuditEvents.Unwritable(_clock.GetUtcNow(), e));
        }

        return _queue.WriteAsync(line);
    }

    // Known for none. Whoever waits for the log's turn would wait for ever.
    private void Try(Action duty)
    {
        try
        {
            duty();
        }
        catch (Exception e)
        {
            Log.NotDone(_logger, e.GetType().Name, e.Message);
        }
    }

    private void Checkpoint()
    {
        TellLosses();
        _writer.Checkpoint();
    }

    private bool TellLosses()
    {
        var told = false;
        foreach (var losses in _losses)
        {
            told |= losses.Tell(_writer.Write);
        }

        return told;
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "AuditEndsStalled", Level = LogLevel.Error, Message = "The audit log ends while a write hangs: its last records may reach the output later, or never, and no checkpoint follows them")]
        public static partial void EndsStalled(ILogger logger);

        [LoggerMessage(EventName = "AuditNotInWords", Level = LogLevel.Error, Message = "A record could not be written, and its answer does not leave: {Kind}: {Cause}")]
        public static partial void NotInWords(ILogger logger, string kind, string cause);

        [LoggerMessage(EventName = "AuditNotLookedAfter", Level = LogLevel.Error, Message = "The audit log could not be looked after: {Kind}: {Cause}")]
        public static partial void NotDone(ILogger logger, string kind, string cause);
    }
}
