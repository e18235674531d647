using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Applies JSON merge patches (RFC 7386). For the documents' commands, the other kinds of patches are close enough to these.</summary>
internal static class Merge
{
    public static JsonObject Into(JsonObject? target, JsonObject patch)
    {
        var merged = (JsonObject?)target?.DeepClone() ?? [];
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                merged.Remove(key);
            }
            else
            {
                merged[key] = value is JsonObject inner ? Into(merged[key] as JsonObject, inner) : value.DeepClone();
            }
        }

        return merged;
    }
}
