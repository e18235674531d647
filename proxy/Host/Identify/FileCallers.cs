using System.Collections.Frozen;
using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>Callers from a file, for demos, tests and hosts without Kubernetes. The file can be reloaded at any time.</summary>
internal sealed class FileCallers : ICallerSource
{
    private readonly TimeProvider _time;
    private volatile State _state = new(FrozenDictionary<IPAddress, Caller>.Empty, FrozenDictionary<string, Caller>.Empty, []);
    private volatile bool _ready;
    private TaskCompletionSource _changed = NewSignal();

    public FileCallers(TimeProvider time) => _time = time;

    public bool IsReady => _ready;

    public IReadOnlyCollection<KnownPod> Known => _state.Pods;

    public Caller Find(IPAddress address)
    {
        var key = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _state.ByAddress.TryGetValue(key, out var caller) ? caller : Caller.Unknown.Instance;
    }

    public ValueTask<Caller> WaitAsync(IPAddress address, TimeSpan wait, CancellationToken cancellation) =>
        WaitAsync(() => Find(address), wait, cancellation);

    public Caller FindOnHost(string uid) => _state.ByUid.GetValueOrDefault(uid, Caller.Unknown.InstanceOnHost);

    public ValueTask<Caller> WaitOnHostAsync(string uid, TimeSpan wait, CancellationToken cancellation) =>
        WaitAsync(() => FindOnHost(uid), wait, cancellation);

    private async ValueTask<Caller> WaitAsync(Func<Caller> find, TimeSpan wait, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(wait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (find() is var caller and not Caller.Unknown)
            {
                return caller;
            }

            try
            {
                await changed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return find();
            }
        }
    }

    /// <summary>Replaces the list of pods and wakes all waiting requests.</summary>
    public void Replace(IReadOnlyCollection<KnownPod> pods)
    {
        var byAddress = pods
            .SelectMany(pod => pod.Addresses.Select(address => (address, pod)))
            .GroupBy(entry => entry.address.IsIPv4MappedToIPv6 ? entry.address.MapToIPv4() : entry.address)
            .ToFrozenDictionary(group => group.Key, group => OneOf([.. group.Select(entry => entry.pod)]));
        var byUid = pods
            .GroupBy(static pod => pod.Identity.Uid, StringComparer.Ordinal)
            .ToFrozenDictionary(static same => same.Key, static same => OnHost([.. same]), StringComparer.Ordinal);
        _state = new State(byAddress, byUid, pods);
        _ready = true;
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    private static Caller OneOf(KnownPod[] pods) =>
        pods.Length == 1 ? new Caller.Pod(pods[0].Identity) : Caller.Ambiguous.Instance;

    private static Caller OnHost(KnownPod[] pods) =>
        pods.Length == 1 ? new Caller.Pod(pods[0].Identity) { OnHost = true } : Caller.Ambiguous.InstanceOnHost;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record State(FrozenDictionary<IPAddress, Caller> ByAddress, FrozenDictionary<string, Caller> ByUid, IReadOnlyCollection<KnownPod> Pods);
}
