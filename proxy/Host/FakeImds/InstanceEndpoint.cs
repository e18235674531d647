using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace ImdsProxy.FakeImds;

/// <summary>Serves <c>/metadata/instance</c> and every element below it.</summary>
internal sealed class InstanceEndpoint
{
    public const string Path = "/metadata/instance";

    private readonly FrozenDictionary<string, Element> _elements;

    public InstanceEndpoint(FakeIdentity kubelet)
    {
        using var document = JsonDocument.Parse(InstanceTemplate.Render(kubelet));
        var elements = new Dictionary<string, Element>(StringComparer.Ordinal);
        Add(elements, Path, document.RootElement);
        _elements = elements.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public FakeReply Answer(FakeRequest request)
    {
        if (!_elements.TryGetValue(request.Path, out var element))
        {
            return ImdsErrors.ElementNotFound;
        }

        return request.Query["format"] switch
        {
            "text" => element.Text,
            null or "" or "json" => element.Json ?? ImdsErrors.FormatTextNeeded,
            _ => ImdsErrors.Format,
        };
    }

    private static void Add(Dictionary<string, Element> elements, string path, JsonElement value)
    {
        var children = Children(value);
        if (value.ValueKind is JsonValueKind.String)
        {
            elements[path] = new(null, FakeReply.Text(value.GetString()!));
            return;
        }

        var names = string.Join('\n', children.Select(child => child.Value.ValueKind is JsonValueKind.String ? child.Key : child.Key + "/"));
        elements[path] = new(new(StatusCodes.Status200OK, FakeReply.JsonType, Compact(value)), FakeReply.Text(names));
        foreach (var child in children)
        {
            Add(elements, $"{path}/{child.Key}", child.Value);
        }
    }

    private static List<KeyValuePair<string, JsonElement>> Children(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => [.. value.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value))],
        JsonValueKind.Array => [.. value.EnumerateArray().Select((item, index) => KeyValuePair.Create($"{index}", item))],
        _ => [],
    };

    private static byte[] Compact(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, RelaxedJson.Writer))
        {
            value.WriteTo(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="Json">The JSON response; null for a leaf, which IMDS serves only as text.</param>
    /// <param name="Text">The text response: a leaf's value, or the names of the child elements.</param>
    private sealed record Element(FakeReply? Json, FakeReply Text);
}
