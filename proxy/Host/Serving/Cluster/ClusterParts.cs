using ImdsProxy.Core.Audit;
using ImdsProxy.Identify;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Events;
using ImdsProxy.PolicySource;
using ImdsProxy.Runtime;

namespace ImdsProxy.Serving.Cluster;

/// <summary>Composes all parts of a proxy that use the Kubernetes API.</summary>
internal sealed class ClusterParts : IDisposable
{
    private readonly HttpClient _http;
    private readonly ClusterCallers? _callers;
    private readonly ClusterPolicy? _policy;
    private readonly ClusterOverride? _override;
    private readonly ClusterStartupTaint? _taint;
    private readonly LastGoodStore? _store;
    private readonly DenialEvents _events;

    /// <param name="options">The options of the parts that come from Kubernetes.</param>
    /// <param name="policy">Receives the policy.</param>
    /// <param name="notReady">The reason why the proxy is not ready, or null if it is ready.</param>
    /// <param name="leaving">Whether the release is being uninstalled.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Creates the loggers.</param>
    public ClusterParts(ClusterOptions options, ActivePolicy policy, Func<string?> notReady, Func<bool> leaving, TimeProvider time, ILoggerFactory logging)
    {
        _http = KubeConnection.Open(options.Kube);
        var token = new KubeToken(options.Kube.TokenFile, time);
        var client = new KubeClient(_http, token, time);
        var reporter = new EventReporter(options.Node, time, () => policy.Current);
        _events = new DenialEvents(client.CreateAsync, reporter, options.Callers ? options.EventsPerSecond : 0, time, logging.CreateLogger<DenialEvents>());
        _callers = options.Callers ? new ClusterCallers(client, options.Node, options.Watch, time, Random.Shared, logging) : null;
        _store = options.StateDirectory is { } directory
            ? new LastGoodStore(directory, time, logging.CreateLogger<LastGoodStore>()) { Release = TokenAccount.UidOf(token), IsClosed = leaving }
            : null;
        _policy = options.Policy is { } name ? new ClusterPolicy(client, name, policy, _store, leaving, reporter, time, logging) : null;
        _override = options.Override is { } map ? new ClusterOverride(client, map, options.Watch, time, logging) : null;
        _taint = options.StartupTaint is { } taint
            ? new ClusterStartupTaint(client, options.Node, taint, notReady, options.EventsPerSecond > 0 ? reporter : null, time, logging)
            : null;
    }

    /// <summary>The pods of the node, or null if callers come from elsewhere.</summary>
    public ICallerSource? Callers => _callers?.Index;

    /// <summary>The health of each followed source, by its name in metrics and readiness.</summary>
    public IReadOnlyDictionary<string, ListWatchHealth> Health
    {
        get
        {
            var health = new Dictionary<string, ListWatchHealth>(StringComparer.Ordinal);
            if (_callers is not null)
            {
                health["pods"] = _callers.Health;
            }

            if (_policy is not null)
            {
                health["policy-configmap"] = _policy.Health;
            }

            if (_override is not null)
            {
                health["override-configmap"] = _override.Health;
            }

            return health;
        }
    }

    /// <summary>Returns the reason why the startup taint may still be on this node, or null once the taint is removed. Null if no taint is configured.</summary>
    public Func<string?>? StartupTaint => _taint is null ? null : () => _taint.Pending;

    /// <summary>The override that the break-glass ConfigMap requests. Null if the ConfigMap is not followed or its watch is disconnected, so that the mount applies.</summary>
    public Override? Override => _override?.Current();

    /// <summary>Removes the policy kept on this node.</summary>
    public Task ForgetAsync(CancellationToken cancellation) => _store?.ForgetAsync(cancellation) ?? Task.CompletedTask;

    /// <summary>Notes the outcome of a request, for the Events on pods.</summary>
    public void Ended(AuditRecord record) => _events.Ended(record);

    /// <summary>Puts the last valid policy kept on this node into force, until the API server answers.</summary>
    public Task RestoreAsync() => _policy?.RestoreAsync() ?? Task.CompletedTask;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(
                _callers?.RunAsync(cancellation) ?? Task.CompletedTask,
                _policy?.RunAsync(cancellation) ?? Task.CompletedTask,
                _override?.RunAsync(cancellation) ?? Task.CompletedTask,
                _taint?.RunAsync(cancellation) ?? Task.CompletedTask,
                _events.RunAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The proxy ends.
        }
    }

    public void Dispose() => _http.Dispose();
}
