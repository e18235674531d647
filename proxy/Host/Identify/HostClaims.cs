using System.Collections.Concurrent;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>
/// The pods by the UID that kubelet uses in their cgroups. For a static pod, that UID is a hash, which an annotation of its mirror pod states.
/// Anyone who can create pods can set the annotation, so it counts only where no pod has the UID itself, and two pods that state the same
/// hash are ambiguous. Writers are serialized; readers take no lock.
/// </summary>
internal sealed class HostClaims
{
    private readonly ConcurrentDictionary<string, Caller> _callers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodEntry> _own = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PodEntry>> _stated = new(StringComparer.Ordinal);

    // Set while someone waits for news.
    private TaskCompletionSource? _news;

    /// <summary>The pod with a UID.</summary>
    public Caller Find(string uid) => _callers.TryGetValue(uid, out var caller) ? caller : Caller.Unknown.InstanceOnHost;

    /// <summary>A task that completes at the next change.</summary>
    public Task News()
    {
        var signal = Volatile.Read(ref _news);
        if (signal is null)
        {
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            signal = Interlocked.CompareExchange(ref _news, created, null) ?? created;
        }

#pragma warning disable VSTHRD003 // Continuations of this TaskCompletionSource run asynchronously, so awaiting it cannot deadlock.
        return signal.Task;
#pragma warning restore VSTHRD003
    }

    /// <summary>Replaces the state of a pod. A reader sees either the old state or the new one.</summary>
    /// <param name="old">The state before, or null for a new pod.</param>
    /// <param name="now">The state now, or null for a removed pod.</param>
    public void Replace(PodEntry? old, PodEntry? now)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        if (old is not null)
        {
            touched.Add(old.Record.Identity.Uid);
            _own.Remove(old.Record.Identity.Uid);
            RemoveStated(old, touched);
        }

        if (now is not null)
        {
            touched.Add(now.Record.Identity.Uid);
            _own[now.Record.Identity.Uid] = now;
            AddStated(now, touched);
        }

        foreach (var uid in touched)
        {
            Publish(uid);
        }

        Interlocked.Exchange(ref _news, null)?.TrySetResult();
    }

    private void AddStated(PodEntry entry, HashSet<string> touched)
    {
        if (entry.Record.StaticUid is { } stated)
        {
            if (!_stated.TryGetValue(stated, out var pods))
            {
                _stated[stated] = pods = [];
            }

            pods.Add(entry);
            touched.Add(stated);
        }
    }

    private void RemoveStated(PodEntry entry, HashSet<string> touched)
    {
        if (entry.Record.StaticUid is not { } stated || !_stated.TryGetValue(stated, out var pods))
        {
            return;
        }

        pods.Remove(entry);
        if (pods.Count == 0)
        {
            _stated.Remove(stated);
        }

        touched.Add(stated);
    }

    private void Publish(string uid)
    {
        if (Resolve(uid) is { } caller)
        {
            _callers[uid] = caller;
        }
        else
        {
            _callers.TryRemove(uid, out _);
        }
    }

    // A finished pod has no process that could ask.
    private Caller? Resolve(string uid)
    {
        if (_own.TryGetValue(uid, out var own))
        {
            return own.Record.Finished ? null : own.CallerOnHost;
        }

        var running = _stated.GetValueOrDefault(uid, []).Where(static pod => !pod.Record.Finished).Take(2).ToList();
        return running switch
        {
            [] => null,
            [var only] => only.CallerOnHost,
            _ => Caller.Ambiguous.InstanceOnHost,
        };
    }
}
