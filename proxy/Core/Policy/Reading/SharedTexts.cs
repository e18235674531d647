using System.Text.Json;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>
/// Keeps each string of a policy once, because ten thousand rules repeat the same keys, paths, identities and resources.
/// </summary>
internal sealed class SharedTexts
{
    /// <summary>Longer strings are descriptions, which rules rarely share.</summary>
    private const int MaxLength = 128;

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _texts =
        new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The decoded text of a string or a key.</summary>
    /// <exception cref="InvalidOperationException">The string contains half of a surrogate pair.</exception>
    public string Read(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > MaxLength)
        {
            return reader.GetString()!;
        }

        Span<char> decoded = stackalloc char[MaxLength];
        var text = decoded[..reader.CopyString(decoded)];
        if (!_texts.TryGetValue(text, out var known))
        {
            known = text.ToString();
            _texts.Set.Add(known);
        }

        return known;
    }
}
