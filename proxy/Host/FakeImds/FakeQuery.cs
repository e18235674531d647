namespace ImdsProxy.FakeImds;

/// <summary>A query string parsed leniently: keys are decoded and compared without case.</summary>
internal sealed class FakeQuery
{
    private readonly List<KeyValuePair<string, string>> _pairs = [];

    public FakeQuery(string text)
    {
        foreach (var range in text.AsSpan().Split('&'))
        {
            Add(text[range]);
        }
    }

    /// <summary>Whether a key occurs twice, which IMDS rejects.</summary>
    public bool HasDuplicates { get; private set; }

    /// <summary>The value of a key, possibly empty, or null if the key is absent.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (var pair in _pairs)
            {
                if (pair.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
                {
                    return pair.Value;
                }
            }

            return null;
        }
    }

    private void Add(string pair)
    {
        if (pair.Length == 0)
        {
            return;
        }

        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var key = Decode(equals < 0 ? pair : pair[..equals]);
        HasDuplicates |= this[key] is not null;
        _pairs.Add(new(key, equals < 0 ? "" : Decode(pair[(equals + 1)..])));
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
