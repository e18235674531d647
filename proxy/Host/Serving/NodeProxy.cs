using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Enforce;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.Serving.Pages;

namespace ImdsProxy.Serving;

/// <summary>The node proxy. <see cref="StartAsync"/> composes and starts it, from top to bottom; <see cref="Shutdown"/> ends it.</summary>
internal sealed partial class NodeProxy : IAsyncDisposable
{
    private readonly Readiness _readiness;
    private readonly UpstreamParts _upstream;
    private readonly Shutdown _shutdown;
    private ManagementListener? _management;
    private DataListener? _data;
    private volatile bool _isListening;

    private NodeProxy(Readiness readiness, UpstreamParts upstream, Shutdown shutdown) =>
        (_readiness, _upstream, _shutdown) = (readiness, upstream, shutdown);

    /// <summary>Where the data listener listens, with the port it got.</summary>
    public IPEndPoint EndPoint => _data!.EndPoint;

    /// <summary>Where the management listener listens, with the port it got.</summary>
    public EndPoint Management => _management!.Management;

    /// <summary>Whether the proxy is ready, as <c>/readyz</c> reports it.</summary>
    public bool IsReady => _readiness.IsReady;

    /// <summary>How many requests wait for an answer that is fetched once for several.</summary>
    public int Waiting => _upstream.Sharing.Waiting;

    /// <summary>Starts a proxy. Returns once it listens, ready or not: without a valid policy it denies everything.</summary>
    /// <exception cref="IOException">An address is not available.</exception>
    public static async Task<NodeProxy> StartAsync(
        ServeOptions options, ILoggerFactory logging, TimeProvider time, CancellationToken cancellation, IRecordOutput? stdout = null)
    {
        // What the proxy reports: the audit log, the metrics, its readiness.
        var audit = new AuditLog(options.Audit, time, logging.CreateLogger<AuditLog>(), stdout);
        var registry = new MetricsRegistry();
        var metrics = new ProxyMetrics(registry, time);
        var readiness = new Readiness();

        // What it decides by: the policy, the callers, the override.
        var policy = new ActivePolicy(time);
        var release = options.OverrideDirectory is { } directory
            ? new ReleaseEnd(OverrideFiles.Interception(directory, time), audit, time, logging.CreateLogger<ReleaseEnd>())
            : null;
        var cluster = options.Cluster is { } kubernetes
            ? new ClusterSide(kubernetes, policy, () => readiness.Problem, () => release?.IsNear ?? false, time, logging)
            : null;
        var fileCallers = new FileCallers(time);
        var callers = cluster?.Callers ?? fileCallers;
        var modeOverride = OverrideOf(options, cluster, policy, audit, time, logging);

        // What a request passes on its way to IMDS.
        var upstream = new UpstreamParts(options.Upstream, options.Limits, options.Sharing, policy.PermitsAnyone, time);
        var rates = new CallerRates(options.Enforce.RecordRate, time);
        var summaries = new Summaries(audit, Recorded, time);
        var drain = new Drain(time);
        var followers = new Followers(time, logging.CreateLogger<Followers>());
        var proxy = new NodeProxy(readiness, upstream, new Shutdown(audit, summaries, upstream, cluster, followers, options.DrainTimeout, time));

        // Observers, now that every part they observe exists. A new policy first empties the cache of what it forbids.
        policy.Observe(new ForbiddenAnswers(upstream.Sharing));
        policy.Observe(new PolicyJournal(audit, metrics, time, logging.CreateLogger<PolicyJournal>()));
        var observation = new Observation(readiness, metrics);
        observation.OfListener(() => proxy._isListening);
        observation.OfPolicy(policy, modeOverride);
        observation.OfCallers(callers);
        observation.OfAudit(audit);
        if (cluster is not null)
        {
            observation.OfCluster(cluster);
        }

        try
        {
            await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "started", new JsonObject { ["version"] = BuildInfo.Current.Version }));
            if (options.ReadyFile is { } readyFile)
            {
                followers.Start(new ReadyReport(readyFile, () => readiness.IsReady, time, logging.CreateLogger<ReadyReport>()).RunAsync);
            }

            proxy._management = await ManagementListener.StartAsync(
                options.Management, PagesOf(readiness, registry, policy, callers, options.Audit.Directory, time), logging, cancellation);

            if (modeOverride is not null)
            {
                await modeOverride.LookAsync();
                followers.Start(modeOverride.RunAsync);
            }

            if (release is not null)
            {
                followers.Start(ending => release.RunAsync(() => cluster?.ForgetAsync(ending) ?? Task.CompletedTask, ending));
            }

            if (cluster is not null)
            {
                await cluster.RestoreAsync();
                followers.Start(cluster.RunAsync);
            }

            // Waits for the first look at each file, so that the first request is decided by them. It does not wait for the
            // cluster, which may be away for long: until the API server answers, everything is denied.
            var policyRead = options.PolicyPath is { } policyFile
                ? followers.StartAsync(new PolicyFile(policyFile, policy, time, logging.CreateLogger<PolicyFile>()).RunAsync)
                : Task.CompletedTask;
            var callersRead = options.CallersPath is { } callersFile
                ? followers.StartAsync(new CallersFileFollower(callersFile, fileCallers, time, logging.CreateLogger<CallersFileFollower>()).RunAsync)
                : Task.CompletedTask;
            await Task.WhenAll(policyRead, callersRead).WaitAsync(cancellation);

            var pipeline = new Pipeline
            {
                Options = options,
                Callers = callers,
                Policy = policy,
                Upstream = upstream,
                Audit = audit,
                Drain = drain,
                Rates = rates,
                Summaries = summaries,
                RequestEnded = metrics.RequestEnded,
                Recorded = Recorded,
                UpstreamEnded = metrics.UpstreamEnded,
                Time = time,
                Logging = logging,
            };
            var refused = new RefusedRecords(callers, () => policy.Current, time, audit, rates, summaries, metrics.RequestEnded, Recorded);
            await WaitForTurnAsync(options.Listen.EndPoint.Port, () => policy.Current is not null && callers.IsReady && audit.Failure is null, time, cancellation);
            proxy._data = await DataListener.StartAsync(
                options.Listen,
                new ListenerParts(logging, pipeline.Handler, new ConnectionMetrics(metrics), refused.Write, drain, PodAt, time),
                cancellation);
            proxy._isListening = true;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }

        Log.Started(
            logging.CreateLogger<NodeProxy>(),
            BuildInfo.Current.Version,
            proxy.EndPoint.ToString(),
            ManagementAddress.Text(proxy.Management),
            options.Upstream.Address.GetLeftPart(UriPartial.Authority),
            policy.Current?.Revision ?? "none");
        return proxy;

        void Recorded(AuditRecord record, bool written)
        {
            cluster?.Ended(record);
            if (written)
            {
                metrics.RecordWritten();
            }
            else
            {
                metrics.RecordFailed();
            }
        }

        string? PodAt(IPAddress address) => (callers.Find(address) as Caller.Pod)?.Identity.Uid;
    }

    /// <summary>Forgets all kept answers, and returns how many there were.</summary>
    public int ForgetAnswers()
    {
        var kept = _upstream.Sharing.Kept;
        _upstream.Sharing.Clear();
        return kept;
    }

    public ValueTask DisposeAsync()
    {
        _isListening = false;
        return _shutdown.RunAsync(_data, _management);
    }

    // The ConfigMap is newer than its mount, so the mount decides only while the ConfigMap can't be followed.
    private static ModeOverride? OverrideOf(
        ServeOptions options, ClusterSide? cluster, ActivePolicy policy, AuditLog audit, TimeProvider time, ILoggerFactory logging)
    {
        var mounted = options.OverrideDirectory is { } directory ? OverrideFiles.Mode(directory, time) : null;
        return mounted is null && options.Cluster?.Override is null
            ? null
            : new ModeOverride(() => cluster?.Override ?? mounted?.Current() ?? Override.None, policy, audit, time, logging.CreateLogger<ModeOverride>());
    }

    private static ManagementPages PagesOf(
        Readiness readiness, MetricsRegistry registry, ActivePolicy policy, ICallerSource callers, string? auditDirectory, TimeProvider time)
    {
        return new ManagementPages
        {
            Readiness = readiness,
            Metrics = registry.WriteAsync,
            Policy = () => policy.Status is { Snapshot: { } snapshot } status
                ? new PolicyStatus(snapshot.Revision, snapshot.Mode.Name(), status.Source!, status.LoadedAt!.Value) { NewerRefused = status.Refused is not null }
                : null,
            Guarded = GuardedPages.Of(callers, () => policy.Current, auditDirectory, time),
        };
    }

    // While another process serves the port, a new one that could only deny must not take its traffic. Alone, it denies at once.
    private static async Task WaitForTurnAsync(int port, Func<bool> canServe, TimeProvider time, CancellationToken cancellation)
    {
        while (!canServe() && port != 0 && ListeningSockets.Count(port) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventName = "Started", Level = LogLevel.Information, Message = "imds-proxy {Version} listens on {Listen}, management on {Management}, upstream {Upstream}, policy {Revision}")]
        public static partial void Started(ILogger logger, string version, string listen, string management, string upstream, string revision);
    }
}
