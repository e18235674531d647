using System.Collections.Concurrent;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Audit.Pods;

/// <summary>
/// Decides when the log states a caller's labels: before the record of its first request, again in each segment, and after a change.
/// A pod's events are at least a minute apart; if it changes faster, the last state wins (docs/decisions/0036).
/// </summary>
internal sealed class StatedPods(TimeProvider time)
{
    /// <summary>The least time between two events about a pod.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // A node runs at most 250 pods. Beyond this number, all are forgotten and stated again; the reserve's quotas bound the events.
    private const int MostPods = 4096;

    private readonly ConcurrentDictionary<string, StatedPod> _pods = new(StringComparer.Ordinal);
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _segment;

    /// <summary>Returns the event to write before a record of this pod, or null if there is none to write. Usually one lookup.</summary>
    /// <param name="pod">The pod, as the request was decided by it.</param>
    /// <param name="moment">When the request arrived.</param>
    public PodSeen? Before(PodIdentity pod, DateTimeOffset moment) =>
        _pods.TryGetValue(pod.Uid, out var stated) && stated.IsOf(pod, Volatile.Read(ref _segment)) ? null : State(pod, moment);

    /// <summary>Returns the events whose time has come.</summary>
    /// <param name="now">The time of the events.</param>
    /// <param name="isEnd">Whether the log ends, so that no event may wait longer.</param>
    public IReadOnlyList<PodSeen> TakeDue(DateTimeOffset now, bool isEnd)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return [];
            }

            List<PodSeen> due = [.. _waiting.Select(uid => _pods[uid]).Where(pod => isEnd || IsDue(pod)).Select(pod => new PodSeen(now, pod.Next!, pod.Skipped))];
            due.ForEach(seen => Put(seen.Pod));
            return due;
        }
    }

    /// <summary>Lets an event that could not be written wait until the events that are due are taken.</summary>
    public void TakeBack(PodSeen seen)
    {
        lock (_gate)
        {
            var known = _pods.GetValueOrDefault(seen.Pod.Uid);
            var unstated = new StatedPod(_segment, null, time.GetTimestamp(), seen.Pod, seen.Skipped + (known?.Skipped ?? 0));
            _pods[seen.Pod.Uid] = known?.Next is { } next ? unstated.Waiting(next) : unstated;
            _waiting.Add(seen.Pod.Uid);
        }
    }

    /// <summary>Notes that a segment has begun, in which each caller must be stated again.</summary>
    public void BeginSegment()
    {
        lock (_gate)
        {
            _segment++;
            ForgetOld();
        }
    }

    private PodSeen? State(PodIdentity pod, DateTimeOffset moment)
    {
        lock (_gate)
        {
            if (!_pods.TryGetValue(pod.Uid, out var stated))
            {
                MakeRoom();
                Put(pod);
                return new PodSeen(moment, pod, 0);
            }

            if (stated.IsOf(pod, _segment))
            {
                return null;
            }

            if (IsDue(stated))
            {
                Put(pod);
                return new PodSeen(moment, pod, stated.SkippedBy(pod));
            }

            _pods[pod.Uid] = stated.Waiting(pod);
            _waiting.Add(pod.Uid);
            return null;
        }
    }

    private bool IsDue(StatedPod pod) => pod.State is null || time.GetElapsedTime(pod.StatedAt) >= Interval;

    private void Put(PodIdentity pod)
    {
        _waiting.Remove(pod.Uid);
        _pods[pod.Uid] = new StatedPod(_segment, StatedPod.StateOf(pod), time.GetTimestamp(), null, 0);
    }

    private void MakeRoom()
    {
        if (_pods.Count >= MostPods)
        {
            ForgetOld();
        }

        if (_pods.Count >= MostPods)
        {
            _waiting.Clear();
            _pods.Clear();
        }
    }

    // A pod that would be stated at once needs no entry.
    private void ForgetOld()
    {
        foreach (var (uid, pod) in _pods)
        {
            if (pod.Segment != _segment && pod.Next is null && IsDue(pod))
            {
                _pods.TryRemove(uid, out _);
            }
        }
    }
}
