using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>The objects of a cluster and all their changes.</summary>
internal sealed class ObjectStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, string Namespace, string Name), JsonObject> _objects = [];
    private readonly List<ObjectChange> _changes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Version
    {
        get
        {
            lock (_lock)
            {
                return _changes.Count;
            }
        }
    }

    public JsonObject? Find(ApiResource resource, string? ns, string name)
    {
        lock (_lock)
        {
            return (JsonObject?)_objects.GetValueOrDefault((resource.Kind, ns ?? "", name))?.DeepClone();
        }
    }

    public IReadOnlyList<JsonObject> List(ApiResource resource, string? ns, Selector selector)
    {
        lock (_lock)
        {
            return
            [
                .. _objects.Where(entry => entry.Key.Kind == resource.Kind && (ns is null || entry.Key.Namespace == ns) && selector.Matches(entry.Value))
                    .OrderBy(entry => entry.Key.Name, StringComparer.Ordinal).Select(entry => (JsonObject)entry.Value.DeepClone()),
            ];
        }
    }

    /// <summary>Writes an object. Fields that only the server sets are kept from the previous version, or set.</summary>
    public JsonObject Put(ApiResource resource, JsonObject node)
    {
        lock (_lock)
        {
            var metadata = node["metadata"]!.AsObject();
            var key = (resource.Kind, (string?)metadata["namespace"] ?? "", (string)metadata["name"]!);
            var before = _objects.GetValueOrDefault(key);
            node["apiVersion"] = resource.GroupVersion;
            node["kind"] = resource.Kind;
            metadata["uid"] = (string?)before?["metadata"]!["uid"] ?? Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = (string?)before?["metadata"]!["creationTimestamp"] ?? $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'}";
            metadata["generation"] = ((int?)before?["metadata"]!["generation"] ?? 0) + (JsonNode.DeepEquals(before?["spec"], node["spec"]) ? 0 : 1);
            metadata["resourceVersion"] = (_changes.Count + 1).ToString(CultureInfo.InvariantCulture);
            _objects[key] = node;
            Tell(resource, before is null ? "ADDED" : "MODIFIED", node);
            return (JsonObject)node.DeepClone();
        }
    }

    public JsonObject? Delete(ApiResource resource, string? ns, string name)
    {
        lock (_lock)
        {
            if (!_objects.Remove((resource.Kind, ns ?? "", name), out var node))
            {
                return null;
            }

            Tell(resource, "DELETED", node);
            return node;
        }
    }

    /// <summary>The changes of a kind after a version, until cancelled.</summary>
    public async IAsyncEnumerable<ObjectChange> WatchAsync(ApiResource resource, string? ns, Selector selector, int after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var at = after; ;)
        {
            List<ObjectChange> news;
            Task more;
            lock (_lock)
            {
                news = _changes[at..];
                at = _changes.Count;
                more = _changed.Task;
            }

            foreach (var change in news.Where(change => change.Kind == resource.Kind && (ns is null || (string?)change.Object["metadata"]!["namespace"] == ns) && selector.Matches(change.Object)))
            {
                yield return change;
            }

            await more.WaitAsync(cancellation);
        }
    }

    private void Tell(ApiResource resource, string type, JsonObject node)
    {
        _changes.Add(new ObjectChange(resource.Kind, type, (JsonObject)node.DeepClone()));
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
