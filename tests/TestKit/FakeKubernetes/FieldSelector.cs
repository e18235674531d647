using System.Text.Json.Nodes;

namespace ImdsProxy.TestKit.FakeKubernetes;

/// <summary>A field selector: <c>spec.nodeName=a,status.podIP=10.0.0.1</c>.</summary>
public sealed class FieldSelector(string? text)
{
    private readonly (string[] Path, string Value)[] _terms =
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(static term => term.Split('=', 2))
            .Select(static term => (term[0].Split('.'), term[1]))];

    public bool Matches(JsonObject subject) => Array.TrueForAll(_terms, term => Value(subject, term.Path) == term.Value);

    private static string Value(JsonNode? node, string[] path)
    {
        foreach (var name in path)
        {
            node = node is JsonObject inner ? inner[name] : null;
        }

        return node?.ToString() ?? "";
    }
}
