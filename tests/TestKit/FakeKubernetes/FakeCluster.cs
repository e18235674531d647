using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>The objects of a cluster and their history, as in etcd.</summary>
public sealed class FakeCluster
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (string Plural, JsonObject Object)> _objects = new(StringComparer.Ordinal);
    private readonly List<FakeChange> _history = [];
    private long _revision = 1000;
    private long _compacted;
    private TaskCompletionSource _changed = NewSignal();

    public long Revision => Locked(() => _revision);

    /// <summary>Watches and continue tokens from before this resourceVersion have expired.</summary>
    public long Compacted => Locked(() => _compacted);

    /// <summary>Creates an object or replaces the one with its name. Returns its resourceVersion.</summary>
    public string Put(string plural, JsonObject subject) => Locked(() =>
    {
        var now = (JsonObject)subject.DeepClone();
        var metadata = (JsonObject)now["metadata"]!;
        var key = Key(plural, metadata["namespace"]?.ToString() ?? "", metadata["name"]!.ToString());
        var before = _objects.TryGetValue(key, out var old) ? old.Object : null;
        metadata["uid"] ??= before?["metadata"]!["uid"]!.ToString() ?? Guid.NewGuid().ToString();
        var version = Next();
        metadata["resourceVersion"] = version;
        if (before is not null && before["metadata"]!["uid"]!.ToString() != metadata["uid"]!.ToString())
        {
            throw new InvalidOperationException("an object's UID never changes; remove it first");
        }

        _objects[key] = (plural, now);
        Add(new FakeChange(_revision, plural, before, now, Final: null));
        return version;
    });

    /// <summary>Removes an object if it exists.</summary>
    public void Remove(string plural, string ns, string name) => Locked(() =>
    {
        if (_objects.Remove(Key(plural, ns, name), out var old))
        {
            var last = (JsonObject)old.Object.DeepClone();
            last["metadata"]!["resourceVersion"] = Next();
            Add(new FakeChange(_revision, plural, old.Object, Now: null, last));
        }

        return true;
    });

    /// <summary>The current state of an object, or null.</summary>
    public JsonObject? Get(string plural, string ns, string name) => Locked(() =>
        _objects.TryGetValue(Key(plural, ns, name), out var entry) ? (JsonObject)entry.Object.DeepClone() : null);

    /// <summary>Simulates changes elsewhere in the cluster: the resourceVersion increases, but no watched object changes.</summary>
    public void Elsewhere(int changes = 1) => Locked(() => _revision += changes);

    /// <summary>Forgets all history.</summary>
    public void Compact() => Locked(() =>
    {
        Next();
        _history.Clear();
        return _compacted = _revision;
    });

    /// <summary>All current objects, in order.</summary>
    public (List<JsonObject> Objects, long Revision) List(string plural, FieldSelector selector) => Locked(() =>
        (_objects.Values.Where(entry => entry.Plural == plural && selector.Matches(entry.Object)).Select(static entry => entry.Object).ToList(), _revision));

    /// <summary>The changes since a resourceVersion, and a task that ends at the next change. Null if that history is forgotten.</summary>
    public (List<FakeChange> Changes, long Revision, Task More)? Since(long revision) => Locked<(List<FakeChange>, long, Task)?>(() =>
        revision < _compacted ? null : (_history.Where(change => change.Revision > revision).ToList(), _revision, _changed.Task));

    /// <summary>Wakes all watches without a change.</summary>
    public void Wake() => Locked(() =>
    {
        Signal();
        return true;
    });

    private static string Key(string plural, string ns, string name) => $"{plural}/{ns}/{name}";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private string Next() => (++_revision).ToString(CultureInfo.InvariantCulture);

    private void Add(FakeChange change)
    {
        _history.Add(change);
        Signal();
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }

    private T Locked<T>(Func<T> body)
    {
        lock (_gate)
        {
            return body();
        }
    }
}
