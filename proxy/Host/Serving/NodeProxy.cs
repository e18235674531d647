using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.Audit;
using ImdsProxy.Audit.Write;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Enforce;
using ImdsProxy.Forward;
using ImdsProxy.HostPods;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;
using ImdsProxy.Serving.Cluster;
using ImdsProxy.Serving.Node;
using ImdsProxy.Serving.Pages;

namespace ImdsProxy.Serving;

/// <summary>The node proxy. <see cref="StartAsync"/> composes and starts the proxy, from top to bottom; <see cref="Shutdown"/> ends it.</summary>
internal sealed partial class NodeProxy : IAsyncDisposable
{
    private readonly Readiness _readiness;
    private readonly Forwarder _forwarder;
    private readonly Shutdown _shutdown;
    private ManagementListener? _management;
    private DataListener? _data;
    private volatile bool _isListening;

    private NodeProxy(Readiness readiness, Forwarder forwarder, Shutdown shutdown) =>
        (_readiness, _forwarder, _shutdown) = (readiness, forwarder, shutdown);

    /// <summary>The address of the data listener, with its actual port.</summary>
    public IPEndPoint EndPoint => _data!.EndPoint;

    /// <summary>The address of the management listener, with its actual port.</summary>
    public EndPoint Management => _management!.Management;

    /// <summary>Whether the proxy is ready, as <c>/readyz</c> reports it.</summary>
    public bool IsReady => _readiness.IsReady;

    /// <inheritdoc cref="Forwarder.Waiting"/>
    public int Waiting => _forwarder.Waiting;

    /// <summary>Starts a proxy. Returns when the proxy listens, even if it is not ready: without a valid policy, it denies everything.</summary>
    /// <exception cref="IOException">An address is not available.</exception>
    public static async Task<NodeProxy> StartAsync(
        ServeOptions options, ILoggerFactory logging, TimeProvider time, CancellationToken cancellation, IRecordOutput? stdout = null)
    {
        // The reports of the proxy: the audit log, the metrics, the readiness.
        var audit = new AuditLog(options.Audit, time, logging.CreateLogger<AuditLog>(), stdout);
        var registry = new MetricsRegistry();
        var metrics = new ProxyMetrics(registry, time);
        var readiness = new Readiness();

        // The inputs of decisions: the policy, the callers, the override.
        var policy = new ActivePolicy(time);
        var release = options.OverrideDirectory is { } directory
            ? new ReleaseEnd(OverrideFiles.Interception(directory, time), audit, time, logging.CreateLogger<ReleaseEnd>())
            : null;
        var cluster = options.Cluster is { } kubernetes
            ? new ClusterParts(kubernetes, policy, () => readiness.Problem, () => release?.IsNear ?? false, time, logging)
            : null;
        var fileCallers = new FileCallers(time);
        var callers = cluster?.Callers ?? fileCallers;
        var modeOverride = OverrideOf(options, cluster, policy, audit, time, logging);

        // The parts on a request's path to IMDS.
        var forwarder = new Forwarder(options.Upstream, options.Limits, options.Sharing, policy.PermitsAnyone, time, logging);
        var rates = new CallerRates(options.Enforce.RecordRate, time);
        var summaries = new Summaries(audit, Recorded, time);
        var drain = new Drain(time);
        var pipeline = new Pipeline
        {
            Options = options,
            Callers = callers,
            Policy = policy,
            Forwarder = forwarder,
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

        // The callers in the node's own network. Created before the listener, because without the kernel's help the proxy must not start.
        var hostCallers = options.HostPods is { } hostPods
            ? new HostCallers(hostPods, options.Enforce.IdentifyWait, (one, other) => ArePeers(callers.FindOnHost(one), callers.FindOnHost(other)), () => NotReady(callers, policy), time, logging)
            : null;
        var host = hostCallers is null ? null : new HostConnections(hostCallers, new NodeRelay(EndPointOf(options.Upstream.Address), time), pipeline.OfNode(), metrics);

        // The background tasks, and the order in which all parts end.
        var followers = new Followers(time, logging.CreateLogger<Followers>());
        var decisionFollowers = new DecisionFollowers(options, policy, fileCallers, cluster, modeOverride, release, time, logging);
        var proxy = new NodeProxy(readiness, forwarder, new Shutdown(audit, summaries, forwarder, cluster, hostCallers, followers, options.DrainTimeout, time));

        // The observers come last, because they need the parts that they observe. A new policy first evicts the answers that it forbids.
        policy.Observe(new ForbiddenAnswers(forwarder));
        policy.Observe(new PolicyJournal(audit, metrics, time, logging.CreateLogger<PolicyJournal>()));
        new Observation(readiness, metrics).Of(() => proxy._isListening, policy, modeOverride, callers, audit, cluster, hostCallers);

        try
        {
            await audit.WriteAsync(new AuditEvent(time.GetUtcNow(), "started", new JsonObject { ["version"] = BuildInfo.Current.Version }));
            followers.Start(new Heartbeat(audit, time).RunAsync);
            if (options.ReadyFile is { } readyFile)
            {
                followers.Start(new ReadyReport(readyFile, () => readiness.IsReady, time, logging.CreateLogger<ReadyReport>()).RunAsync);
            }

            proxy._management = await ManagementListener.StartAsync(
                options.Management, PagesOf(readiness, registry, policy, callers, options, time), logging, cancellation);

            await decisionFollowers.StartAsync(followers, cancellation);
            await WaitForTurnAsync(options.Listen.EndPoint.Port, () => policy.Current is not null && callers.IsReady && audit.Failure is null, time, cancellation);
            if (hostCallers is not null)
            {
                await hostCallers.LoadAsync(cancellation);
            }

            var interfaces = new SharedInterfaces();
            proxy._data = await DataListener.StartAsync(
                options.Listen,
                new ListenerParts(logging, pipeline.Handler(), new ConnectionMetrics(metrics), pipeline.Refused().Write, drain, PodAt, time)
                {
                    Host = host,
                    IsOfOnePod = index => index > 0 && !interfaces.IsShared(index),
                },
                cancellation);
            proxy._isListening = true;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }

        proxy.LogStart(logging, options, policy);
        return proxy;

        void Recorded(AuditRecord record, bool isWritten)
        {
            cluster?.Ended(record);
            metrics.RecordEnded(isWritten);
        }

        string? PodAt(IPAddress address) => (callers.Find(address) as Caller.Pod)?.Identity.Uid;
    }

    /// <summary>Evicts all cached answers, and returns their number.</summary>
    public int ForgetAnswers()
    {
        var cached = _forwarder.Cached;
        _forwarder.EvictAll();
        return cached;
    }

    public ValueTask DisposeAsync()
    {
        _isListening = false;
        return _shutdown.RunAsync(_data, _management);
    }

    private void LogStart(ILoggerFactory logging, ServeOptions options, ActivePolicy policy) => Log.Started(
        logging.CreateLogger<NodeProxy>(),
        BuildInfo.Current.Version,
        EndPoint.ToString(),
        ManagementAddress.Text(Management),
        options.Upstream.Address.GetLeftPart(UriPartial.Authority),
        policy.Current?.Revision ?? "none");

    // The ConfigMap is newer than its mount, so the mount applies only while the ConfigMap can't be followed.
    private static ModeOverride? OverrideOf(
        ServeOptions options, ClusterParts? cluster, ActivePolicy policy, AuditLog audit, TimeProvider time, ILoggerFactory logging)
    {
        var mounted = options.OverrideDirectory is { } directory ? OverrideFiles.Mode(directory, time) : null;
        return mounted is null && options.Cluster?.Override is null
            ? null
            : new ModeOverride(() => cluster?.Override ?? mounted?.Current() ?? Override.None, policy, audit, time, logging.CreateLogger<ModeOverride>());
    }

    private static ManagementPages PagesOf(
        Readiness readiness, MetricsRegistry registry, ActivePolicy policy, ICallerSource callers, ServeOptions options, TimeProvider time)
    {
        return new ManagementPages
        {
            Readiness = readiness,
            Metrics = registry.WriteAsync,
            Policy = () => policy.Status is { Snapshot: { } snapshot } status
                ? new PolicyStatus(snapshot.Revision, snapshot.Mode.Name(), status.Source!, status.LoadedAt!.Value) { NewerRefused = status.Refused is not null }
                : null,
            Guarded = GuardedPages.Of(callers, () => policy.Current, options.HostPods is not null, options.Audit.Directory, time),
        };
    }

    private static string? NotReady(ICallerSource callers, ActivePolicy policy) =>
        !callers.IsReady ? "the callers are not known yet" : policy.Current is null ? "no policy is in force" : null;

    // All pods of the proxy have its service account, and whoever can use that account is trusted with the policy.
    private static bool ArePeers(Caller one, Caller other) =>
        one is Caller.Pod { Identity: var first } && other is Caller.Pod { Identity: var second }
        && first.Namespace == second.Namespace && first.ServiceAccount == second.ServiceAccount;

    private static DnsEndPoint EndPointOf(Uri upstream) => new(upstream.DnsSafeHost, upstream.Port);

    // While another process serves the port, a new process that could only deny must not take its traffic. Without another
    // process, the new process denies at once.
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
