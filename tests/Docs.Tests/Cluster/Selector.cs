using System.Text.Json.Nodes;

namespace ImdsProxy.Docs.Tests.Cluster;

/// <summary>Label and field selectors that test for equality, separated by commas.</summary>
internal sealed record Selector(string? Labels, string? Fields)
{
    public bool Matches(JsonObject node) =>
        Pairs(Labels).All(pair => (string?)node["metadata"]!["labels"]?[pair.Key] == pair.Value)
        && Pairs(Fields).All(pair => (string?)pair.Key.Split('.').Aggregate((JsonNode?)node, static (at, key) => at?[key]) == pair.Value);

    private static IEnumerable<(string Key, string Value)> Pairs(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(term => term.Split('=', StringSplitOptions.RemoveEmptyEntries)).Select(term => (term[0], term[^1]));
}
