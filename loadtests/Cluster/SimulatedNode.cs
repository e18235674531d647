using ImdsProxy.Core.Audit;
using ImdsProxy.Kubernetes;
using ImdsProxy.PolicySource;
using ImdsProxy.Serving.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImdsProxy.LoadTests.Cluster;

/// <summary>The part of a node's proxy that talks to the API server: the product's code with its usual timing.</summary>
internal sealed class SimulatedNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly ActivePolicy _policy = new(TimeProvider.System);
    private readonly ClusterParts _cluster;
    private Task _running = Task.CompletedTask;

    public SimulatedNode(string name, KubeSettings server)
    {
        Name = name;
        _cluster = new ClusterParts(
            new ClusterOptions(server, name, Callers: true, SimulatedCluster.Policy, StateDirectory: null, EventsPerSecond: 1),
            _policy,
            static () => null,
            static () => false,
            TimeProvider.System,
            NullLoggerFactory.Instance);
    }

    public string Name { get; }

    /// <summary>The names of the pods that the node knows.</summary>
    public IEnumerable<string> Pods => _cluster.Callers!.Known.Select(static pod => pod.Identity.Name);

    /// <summary>The revision of the policy in force.</summary>
    public string? Revision => _policy.Current?.Revision;

    public void Start() => _running = _cluster.RunAsync(_closing.Token);

    /// <summary>Reports a denial, which becomes an Event.</summary>
    public void Ended(AuditRecord record) => _cluster.Ended(record);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
#pragma warning disable VSTHRD003 // This object started the task.
        await _running;
#pragma warning restore VSTHRD003
        _cluster.Dispose();
        _closing.Dispose();
    }
}
