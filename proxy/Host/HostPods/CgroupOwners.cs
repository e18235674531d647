using ImdsProxy.Core.Callers;

namespace ImdsProxy.HostPods;

/// <summary>
/// The owners of cgroups, by id. An unknown id causes a walk through the tree. All sockets that wait share the next walk, and walks
/// have a minimum distance, so that unknown sockets cost little, however many there are.
/// </summary>
/// <param name="tree">The node's cgroups.</param>
/// <param name="time">The clock.</param>
internal sealed class CgroupOwners(CgroupTree tree, TimeProvider time) : IDisposable
{
    /// <summary>The minimum time from the start of one walk to the start of the next. A walk through 1,500 directories takes about 20 ms.</summary>
    public static readonly TimeSpan Distance = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Dictionary<ulong, SocketOwner> _known = [];
    private Task? _next;
    private long? _lastStart;
    private long _walks;

    /// <summary>The number of walks so far.</summary>
    public long Walks => Interlocked.Read(ref _walks);

    /// <summary>The number of known cgroups.</summary>
    public int Count => _known.Count;

    /// <summary>The owner of a cgroup, or null if the cgroup is not known.</summary>
    public SocketOwner? Find(ulong cgroup) => _known.GetValueOrDefault(cgroup);

    /// <summary>Waits for a walk that begins after this call, and returns the owner according to it.</summary>
    public async Task<SocketOwner> ResolveAsync(ulong cgroup, TimeSpan wait, CancellationToken gone)
    {
        await JoinWalk().WaitAsync(wait, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Find(cgroup) ?? SocketOwner.None.Instance;
    }

    public void Dispose() => _turn.Dispose();

    // A walk that has already begun may have passed the place of a new cgroup, so only one that has yet to begin counts.
    private Task JoinWalk()
    {
        lock (_gate)
        {
            return _next ??= Task.Run(WalkAsync);
        }
    }

    private async Task WalkAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await PauseAsync();
            lock (_gate)
            {
                _lastStart = time.GetTimestamp();
                _next = null;
            }

            _known = tree.Walk();
            Interlocked.Increment(ref _walks);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task PauseAsync()
    {
        if (_lastStart is { } last && Distance - time.GetElapsedTime(last) is var pause && pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, time);
        }
    }
}
