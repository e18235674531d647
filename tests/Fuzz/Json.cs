using System.Text.Json;

namespace ImdsProxy.Fuzz;

/// <summary>What another reader than the product's says of JSON.</summary>
internal static class Json
{
    public static bool IsValid(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The members of an object of a name.</summary>
    public static List<JsonElement> Members(JsonElement root, string name, StringComparison comparison = StringComparison.OrdinalIgnoreCase) =>
        [.. root.EnumerateObject().Where(member => string.Equals(NameOf(member), name, comparison)).Select(member => member.Value)];

    /// <summary>A text, or null where it is none: another kind of value, half a surrogate pair, bytes that are not UTF-8.</summary>
    public static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? OrNull(value.GetString) : null;

    private static string? NameOf(JsonProperty member) => OrNull(() => member.Name);

    private static string? OrNull(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
