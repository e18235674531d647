namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>Returns the same string for the same text, because the records of a log repeat the same few texts.</summary>
internal sealed class TextPool
{
    // A flood of different or long texts empties the pool, which then costs memory only for the texts that are in use.
    private const int Most = 1 << 16;
    private const int MostCharacters = 1 << 22;

    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private int _characters;

    public TextPool() => _bySpan = _texts.GetAlternateLookup<ReadOnlySpan<char>>();

    public string Of(ReadOnlySpan<char> text)
    {
        if (_bySpan.TryGetValue(text, out var known))
        {
            return known;
        }

        if (_texts.Count >= Most || _characters > MostCharacters)
        {
            _texts.Clear();
            _characters = 0;
        }

        var added = text.ToString();
        _texts.Add(added);
        _characters += added.Length;
        return added;
    }
}
