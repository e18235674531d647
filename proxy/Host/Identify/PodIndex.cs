using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>The pods of this node, indexed by address. Writers are serialized; readers take no lock.</summary>
internal sealed class PodIndex(InterfaceEvidence evidence, TimeProvider time) : ICallerSource
{
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<UInt128, Caller> _callers = new();
    private readonly Dictionary<string, PodEntry> _pods = new(StringComparer.Ordinal);
    private readonly AddressClaims _claims = new();
    private readonly HostClaims _onHost = new();
    private volatile IReadOnlyCollection<KnownPod>? _known = [];
    private volatile bool _ready;
    private ulong _reached;

    public bool IsReady => _ready;

    /// <summary>The addresses that requests are currently waiting for.</summary>
    public AwaitedAddresses Awaited { get; } = new();

    public IReadOnlyCollection<KnownPod> Known
    {
        get
        {
            if (_known is { } known)
            {
                return known;
            }

            lock (_writing)
            {
                return _known = [.. _pods.Values.Select(static entry => entry.Record).Where(static pod => !pod.Finished).Select(ToKnown)];
            }
        }
    }

    public Caller Find(IPAddress address) =>
        _callers.TryGetValue(AddressKey.Of(address), out var caller) ? caller : Caller.Unknown.Instance;

    public ValueTask<Caller> WaitAsync(IPAddress address, TimeSpan wait, CancellationToken cancellation) =>
        Find(address) is { } caller and not Caller.Unknown || wait <= TimeSpan.Zero
            ? ValueTask.FromResult(Find(address))
            : new ValueTask<Caller>(WaitForNewsAsync(address, wait, cancellation));

    public Caller FindOnHost(string uid) => _onHost.Find(uid);

    public async ValueTask<Caller> WaitOnHostAsync(string uid, TimeSpan wait, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var news = _onHost.News();
            var left = wait - time.GetElapsedTime(began);
            if (_onHost.Find(uid) is not Caller.Unknown || left <= TimeSpan.Zero)
            {
                return _onHost.Find(uid);
            }

            await news.WaitAsync(left, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public Caller Confirm(Caller caller, int interfaceIndex) =>
        caller is Caller.Pod pod && !evidence.Fits(pod.Identity.Uid, interfaceIndex) ? Doubt(pod.Identity.Uid) : caller;

    /// <summary>Replaces all pods. A pod that is missing from the list is removed.</summary>
    public void Replace(IEnumerable<PodRecord> pods, string resourceVersion)
    {
        Write(touched =>
        {
            _reached = Number(resourceVersion);
            var gone = new HashSet<string>(_pods.Keys, StringComparer.Ordinal);
            foreach (var pod in pods)
            {
                gone.Remove(pod.Identity.Uid);
                Put(new PodEntry(pod), touched);
            }

            foreach (var uid in gone)
            {
                Drop(uid, touched);
            }
        });
        _ready = true;
    }

    /// <summary>Adds a pod or updates its state.</summary>
    public void Upsert(PodRecord pod) => Write(touched =>
    {
        // Ignores a state that is older than the state from a live lookup.
        if (_pods.GetValueOrDefault(pod.Identity.Uid) is not { IsAhead: true } known || Number(pod.ResourceVersion) >= Number(known.Record.ResourceVersion))
        {
            Put(new PodEntry(pod), touched);
        }
    });

    /// <summary>Removes a pod.</summary>
    public void Delete(string uid) => Write(touched => Drop(uid, touched));

    /// <summary>Records that everything up to this resourceVersion has been delivered.</summary>
    public void Reached(string resourceVersion)
    {
        lock (_writing)
        {
            _reached = Number(resourceVersion);
        }
    }

    /// <summary>
    /// Takes a pod's state from a live lookup, if it is newer than the watch's state. Any other state is already known or belongs
    /// to a pod deleted since, which a list from a stale cache must not bring back.
    /// </summary>
    public void Learn(PodRecord pod) => Write(touched =>
    {
        var known = _pods.GetValueOrDefault(pod.Identity.Uid)?.Record.ResourceVersion ?? "";
        if (_ready && Number(pod.ResourceVersion) > Math.Max(_reached, Number(known)))
        {
            Put(new PodEntry(pod) { IsAhead = true }, touched);
        }
    });

    /// <summary>Sets the addresses of this machine's interfaces. They belong to the node unless a pod claims them.</summary>
    public void SetLocal(IEnumerable<IPAddress> addresses) => Write(touched => _claims.SetLocal(addresses, touched));

    private async Task<Caller> WaitForNewsAsync(IPAddress address, TimeSpan wait, CancellationToken cancellation)
    {
        var news = Awaited.Join(address);
        try
        {
            // The address may have become known between the first lookup and joining the wait.
            return Find(address) is { } caller and not Caller.Unknown ? caller : await news.WaitAsync(wait, time, cancellation);
        }
        catch (TimeoutException)
        {
            return Find(address);
        }
        finally
        {
            Awaited.Leave(address);
        }
    }

    private Caller.Unknown Doubt(string uid)
    {
        Write(touched =>
        {
            if (_pods.TryGetValue(uid, out var entry))
            {
                entry.IsDoubted = true;
                touched.UnionWith(entry.Record.Addresses.Select(AddressKey.Of));
            }
        });
        return Caller.Unknown.Instance;
    }

    private void Write(Action<HashSet<UInt128>> change)
    {
        lock (_writing)
        {
            var touched = new HashSet<UInt128>();
            change(touched);
            _known = null;
            foreach (var key in touched)
            {
                Publish(key, _claims.Resolve(key));
            }
        }
    }

    private void Publish(UInt128 key, Caller caller)
    {
        if (caller is Caller.Unknown)
        {
            _callers.TryRemove(key, out _);
            return;
        }

        _callers[key] = caller;
        Awaited.Release(key, caller);
    }

    private void Put(PodEntry entry, HashSet<UInt128> touched)
    {
        var uid = entry.Record.Identity.Uid;
        if (_pods.TryGetValue(uid, out var old))
        {
            _claims.Remove(old, touched);
            // A pod's deletion says nothing about its interface, so the doubt remains.
            entry.IsDoubted = old.IsDoubted && (old.Record.ResourceVersion == entry.Record.ResourceVersion || entry.Record.Deleting);
            if (old.IsDoubted && !entry.IsDoubted)
            {
                evidence.Forget(uid);
            }
        }

        _pods[uid] = entry;
        _claims.Add(entry, touched);
        _onHost.Replace(old, entry);
    }

    private void Drop(string uid, HashSet<UInt128> touched)
    {
        if (_pods.Remove(uid, out var old))
        {
            _claims.Remove(old, touched);
            _onHost.Replace(old, null);
            evidence.Forget(uid);
        }
    }

    // KEP-5504 guarantees that resourceVersions compare as numbers. In practice, this was always true.
    private static ulong Number(string resourceVersion) =>
        ulong.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static KnownPod ToKnown(PodRecord pod) => new(pod.Identity, pod.HostNetwork ? [] : pod.Addresses, pod.HostNetwork);
}
