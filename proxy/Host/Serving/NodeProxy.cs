using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.Serving.Pages;

namespace ImdsProxy.Serving;

/// <summary>The node proxy, put together: reads in the order in which things are started.</summary>
internal sealed partial class NodeProxy : IAsyncDisposable
{
    // Enough for a receiver that answers; what is left of the drain may be nothing.
    private static readonly TimeSpan LeastFlush = TimeSpan.FromSeconds(1);

    private readonly ServeOptions _options;
    private readonly ILoggerFactory _logging;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ending = new();
    private readonly MetricsRegistry _registry = new();
    private readonly ProxyMetrics _metrics;
    private readonly AuditLog _audit;
    private readonly ActivePolicy _policy;
    private readonly FileCallers _fileCallers;
    private readonly ClusterSide? _cluster;
    private readonly ICallerSource _callers;
    private readonly ModeOverride? _override;
    private readonly ReleaseEnd? _end;
    private readonly UpstreamParts _upstream;
    private readonly CallerRates _rates;
    private readonly Summaries _summaries;
    private readonly Drain _drain;
    private readonly Readiness _readiness = new();
    private readonly List<Task> _followers = [];
    private ManagementListener? _management;
    private DataListener? _data;
    private volatile bool _listening;

    private NodeProxy(ServeOptions options, ILoggerFactory logging, TimeProvider time, IRecordOutput? stdout)
    {
        _options = options;
        _logging = logging;
        _time = time;
        _metrics = new ProxyMetrics(_registry, time);
        _audit = new AuditLog(options.Audit, time, logging.CreateLogger<AuditLog>(), stdout);
        _upstream = new UpstreamParts(
            options.Upstream, options.Limits, options.Sharing, (request, answer) => _policy?.Current?.PermitsAnyone(request, answer) ?? false, time);
        var journal = new PolicyJournal(_audit, _metrics, time, logging.CreateLogger<PolicyJournal>());
        _policy = new ActivePolicy(new PolicyObservers(_upstream.Sharing.ForgetForbidden, journal), time);
        _fileCallers = new FileCallers(time);
        _cluster = options.Cluster is { } cluster ? new ClusterSide(cluster, _policy, () => _readiness.Problem, () => _end?.IsNear ?? false, time, logging) : null;
        _callers = _cluster?.Callers ?? _fileCallers;
        var mounted = options.OverrideDirectory is { } mount ? OverrideFiles.Mode(mount, time) : null;
        _override = mounted is not null || options.Cluster?.Override is not null
            ? new ModeOverride(() => _cluster?.Override ?? mounted?.Current() ?? Override.None, _policy, _audit, time, logging.CreateLogger<ModeOverride>())
            : null;
        _end = options.OverrideDirectory is { } directory
            ? new ReleaseEnd(
                OverrideFiles.Interception(directory, time), () => _cluster?.ForgetAsync(_ending.Token) ?? Task.CompletedTask, _audit, time, logging.CreateLogger<ReleaseEnd>())
            : null;
        _rates = new CallerRates(options.Enforce.RecordRate, time);
        _summaries = new Summaries(_audit, Recorded, time);
        _drain = new Drain(time);
    }

    /// <summary>Where pods' requests come, with the port that was got.</summary>
    public IPEndPoint EndPoint => _data!.EndPoint;

    /// <summary>Where the management is, with the port that was got.</summary>
    public EndPoint Management => _management!.Management;

    /// <summary>Whether all is well, as <c>/readyz</c> tells it.</summary>
    public bool IsReady => _readiness.IsReady;

    /// <summary>How many requests wait for what is being fetched for several.</summary>
    public int Waiting => _upstream.Sharing.Waiting;

    /// <summary>Forgets all answers that are kept; tells how many there were.</summary>
    public int ForgetAnswers()
    {
        var kept = _upstream.Sharing.Kept;
        _upstream.Sharing.Clear();
        return kept;
    }

    /// <summary>Starts a proxy. Returns once it listens, ready or not: without a good policy it denies all.</summary>
    /// <exception cref="IOException">An address can't be had.</exception>
    public static async Task<NodeProxy> StartAsync(
        ServeOptions options, ILoggerFactory logging, TimeProvider time, CancellationToken cancellation, IRecordOutput? stdout = null)
    {
        var proxy = new NodeProxy(options, logging, time, stdout);
        try
        {
            await proxy.StartAsync(cancellation);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var began = _time.GetTimestamp();
        _listening = false;
        if (_data is not null)
        {
            using var drain = new CancellationTokenSource(_options.DrainTimeout, _time);
            await _data.StopAsync(drain.Token);
            await _data.DisposeAsync();
        }

        await _ending.CancelAsync();
        await FollowersAsync();
        await _summaries.DisposeAsync();
        await _audit.WriteAsync(new AuditEvent(_time.GetUtcNow(), "stopped", []));
        var left = _options.DrainTimeout - _time.GetElapsedTime(began);
        await _audit.CloseAsync(left > LeastFlush ? left : LeastFlush);
        if (_management is not null)
        {
            await _management.DisposeAsync();
        }

        _cluster?.Dispose();
        _upstream.Dispose();
        _ending.Dispose();
    }

    // One may hang in a disk, which must not keep the process from ending.
    private async Task FollowersAsync()
    {
        try
        {
            await Task.WhenAll(_followers).WaitAsync(LeastFlush, _time);
        }
        catch (TimeoutException)
        {
            Log.FollowersLeft(_logging.CreateLogger<NodeProxy>());
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        await _audit.WriteAsync(new AuditEvent(_time.GetUtcNow(), "started", new JsonObject { ["version"] = BuildInfo.Current.Version }));
        Observe();
        if (_options.ReadyFile is { } file)
        {
            _followers.Add(new ReadyReport(file, () => _readiness.IsReady, _time, _logging.CreateLogger<ReadyReport>()).RunAsync(_ending.Token));
        }

        _management = await ManagementListener.StartAsync(_options.Management, Pages(), _logging, cancellation);
        await FollowAsync(cancellation);
        var pipeline = Requests();
        await WaitForTurnAsync(cancellation);
        var refused = new RefusedRecords(_callers, () => _policy.Current, _time, _audit, _rates, _summaries, _metrics.RequestEnded, Recorded);
        var parts = new ListenerParts(_logging, pipeline.Handler, new ConnectionMetrics(_metrics), refused.Write, _drain, PodAt, _time);
        _data = await DataListener.StartAsync(_options.Listen, parts, cancellation);
        _listening = true;
        Log.Started(
            _logging.CreateLogger<NodeProxy>(),
            BuildInfo.Current.Version,
            EndPoint.ToString(),
            ManagementAddress.Text(Management),
            _options.Upstream.Address.GetLeftPart(UriPartial.Authority),
            _policy.Current?.Revision ?? "none");
    }

    // Beside another process that serves, a new one that could only deny takes no traffic away; alone it denies at once.
    private async Task WaitForTurnAsync(CancellationToken cancellation)
    {
        var port = _options.Listen.EndPoint.Port;
        while (!CanServe() && port != 0 && ListeningSockets.Count(port) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellation);
        }
    }

    private bool CanServe() => _policy.Current is not null && _callers.IsReady && _audit.Failure is null;

    private void Observe()
    {
        _readiness.Add("listener", () => _listening ? null : "the data listener is not open");
        _readiness.Add("policy", () => _policy.Current is null ? "no valid policy has been loaded yet: everything is denied" : null);
        _readiness.Add("callers", () => _callers.IsReady ? null : "the callers are not known yet");
        _readiness.Add("audit", () => _audit.Failure);
        _readiness.AddNote("audit-stdout", () => _audit.StdoutTrouble);
        _metrics.ObserveReadiness(_readiness);
        _metrics.ObserveOverride(() => _override?.IsOn ?? false);
        _metrics.ObserveAudit(() => _audit.Degraded is not null, () => _audit.SegmentsRemoved, () => _audit.ExportLost ?? 0, () => _audit.StdoutLost);
        _metrics.ObserveCallers(
            () => _callers.Known.Count(pod => !pod.HostNetwork),
            () => _callers.Known.Count(pod => pod.HostNetwork));
        ObserveCluster();
    }

    // What is known is served for as long as the API server is away, so its absence is told and fails nothing.
    private void ObserveCluster()
    {
        if (_cluster is not { Health: var followed })
        {
            return;
        }

        if (_cluster.StartupTaint is { } pending)
        {
            _readiness.AddNote("startup-taint", pending);
            _metrics.ObserveStartupTaint(() => pending() is not null);
        }

        foreach (var (source, health) in followed)
        {
            _readiness.AddNote($"kubernetes-{source}", () => health.Failure);
        }

        _metrics.ObserveStaleness(() => followed
            .Where(static entry => entry.Value.IsSynced)
            .Select(static entry => (entry.Key, entry.Value.Staleness!.Value.TotalSeconds)));
    }

    private ManagementPages Pages() => new()
    {
        Readiness = _readiness,
        Metrics = _registry,
        Policy = () => _policy.Status is { Snapshot: { } snapshot } status
            ? new PolicyStatus(snapshot.Revision, snapshot.Mode.Name(), status.Source!, status.LoadedAt!.Value) { NewerRefused = status.Refused is not null }
            : null,
        Guarded = GuardedPages.Of(_callers, () => _policy.Current, _options.Audit.Directory, _time),
    };

    // The first look at each file is waited for, so that the first request finds it decided. The cluster is not: it may
    // be away for long, and until it is heard all is denied.
    private async Task FollowAsync(CancellationToken cancellation)
    {
        var policyRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callersRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_override is not null)
        {
            await _override.LookAsync();
            _followers.Add(_override.RunAsync(_ending.Token));
        }

        if (_end is not null)
        {
            _followers.Add(_end.RunAsync(_ending.Token));
        }

        if (_cluster is not null)
        {
            await _cluster.RestoreAsync();
            _followers.Add(_cluster.RunAsync(_ending.Token));
        }

        FollowFile(_options.PolicyPath, policyRead, path =>
            new PolicyFile(path, _policy, _time, _logging.CreateLogger<PolicyFile>()).RunAsync(policyRead, _ending.Token));
        FollowFile(_options.CallersPath, callersRead, path =>
            new CallersFileFollower(path, _fileCallers, _time, _logging.CreateLogger<CallersFileFollower>()).RunAsync(callersRead, _ending.Token));
        await Task.WhenAll(policyRead.Task, callersRead.Task).WaitAsync(cancellation);
    }

    private void FollowFile(string? path, TaskCompletionSource read, Func<string, Task> follow)
    {
        if (path is null)
        {
            read.SetResult();
        }
        else
        {
            _followers.Add(follow(path));
        }
    }

    private Pipeline Requests() => new()
    {
        Options = _options,
        Callers = _callers,
        Policy = _policy,
        Upstream = _upstream,
        Audit = _audit,
        Drain = _drain,
        Rates = _rates,
        Summaries = _summaries,
        RequestEnded = _metrics.RequestEnded,
        Recorded = Recorded,
        UpstreamEnded = _metrics.UpstreamEnded,
        Time = _time,
        Logging = _logging,
    };

    private string? PodAt(IPAddress address) => (_callers.Find(address) as Caller.Pod)?.Identity.Uid;

    private void Recorded(AuditRecord record, bool written)
    {
        _cluster?.Ended(record);
        if (written)
        {
            _metrics.RecordWritten();
        }
        else
        {
            _metrics.RecordFailed();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "FollowersLeft", Level = LogLevel.Warning, Message = "A file that is followed could not be left in time: its disk hangs")]
        public static partial void FollowersLeft(ILogger logger);

        [LoggerMessage(EventName = "Started", Level = LogLevel.Information, Message = "imds-proxy {Version} listens on {Listen}, management on {Management}, upstream {Upstream}, policy {Revision}")]
        public static partial void Started(ILogger logger, string version, string listen, string management, string upstream, string revision);
    }
}
