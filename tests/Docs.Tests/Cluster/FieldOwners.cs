using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Tracks which client last wrote each key of a ConfigMap, as the API server's field management does.</summary>
internal sealed class FieldOwners
{
    private readonly ConcurrentDictionary<(string Map, string Key), string> _owners = new();

    /// <summary>Records a client's changes.</summary>
    public void Note(string manager, JsonObject? before, JsonObject after)
    {
        foreach (var key in Changed(before, after))
        {
            _owners[(Name(after), key)] = manager;
        }
    }

    /// <summary>The API server's exact error for an apply that would change another client's key, or null if there is no conflict.</summary>
    public string? Conflict(string manager, JsonObject? before, JsonObject after) =>
        Changed(before, after).Where(key => _owners.TryGetValue((Name(after), key), out var owner) && owner != manager)
            .Select(key => $"Apply failed with 1 conflict: conflict with \"{_owners[(Name(after), key)]}\" using v1: .data.{key}").FirstOrDefault();

    private static string Name(JsonObject node) => (string)node["metadata"]!["name"]!;

    private static List<string> Changed(JsonObject? before, JsonObject after) =>
        [.. (after["data"]?.AsObject() ?? []).Where(entry => (string?)before?["data"]?[entry.Key] != (string?)entry.Value).Select(entry => entry.Key)];
}
