using System.Text.Json.Nodes;

namespace ImdsProxy.Kubernetes.Nodes;

/// <summary>
/// Builds the patch that removes a taint. On a fresh node, the kubelet and the cloud's node manager change taints too,
/// and taints cannot be patched by key. The patch therefore replaces the whole list, but only if the list has not changed since
/// it was read.
/// </summary>
internal static class TaintPatch
{
    private const string Taints = "/spec/taints";

    /// <summary>Returns the JSON patch (RFC 6902) that removes all taints with a key and no others, or null if there are none.</summary>
    /// <param name="taints">The node's taints as read.</param>
    /// <param name="key">The key; the taint's value and effect do not matter.</param>
    public static JsonArray? Of(JsonArray? taints, string key)
    {
        var others = new JsonArray([.. (taints ?? []).Where(taint => !IsOf(taint, key)).Select(static taint => taint?.DeepClone())]);
        return others.Count == (taints?.Count ?? 0)
            ? null
            : new JsonArray(
                new JsonObject { ["op"] = "test", ["path"] = Taints, ["value"] = taints!.DeepClone() },
                new JsonObject { ["op"] = "replace", ["path"] = Taints, ["value"] = others });
    }

    private static bool IsOf(JsonNode? taint, string key) =>
        taint is JsonObject known && known["key"] is JsonValue value && value.TryGetValue<string>(out var text) && text == key;
}
