using System.Text.Json.Nodes;

namespace ImdsProxy.Kubernetes.Nodes;

/// <summary>
/// Words the change that takes a taint off. On a fresh node others change taints too (kubelet, the cloud's node manager),
/// and taints have no patch by key: so the list is put in place whole, on condition that it is still the one that was read.
/// </summary>
internal static class TaintPatch
{
    private const string Taints = "/spec/taints";

    /// <summary>The JSON patch (RFC 6902) that takes off every taint of a key and no other; null where there is none.</summary>
    /// <param name="taints">The node's taints as they were read.</param>
    /// <param name="key">The key, whatever value and effect there are with it.</param>
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
