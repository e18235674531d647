using System.Text.Json;

namespace ImdsProxy.Fuzz;

/// <summary>Reads JSON with a different reader than the product.</summary>
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

    /// <summary>The members of an object with a given name.</summary>
    public static List<JsonElement> Members(JsonElement root, string name, StringComparison comparison = StringComparison.OrdinalIgnoreCase) =>
        [.. root.EnumerateObject().Where(member => string.Equals(NameOf(member), name, comparison)).Select(member => member.Value)];

    /// <summary>A string's text. Null for another kind of value, half a surrogate pair, or bytes that are not UTF-8.</summary>
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
