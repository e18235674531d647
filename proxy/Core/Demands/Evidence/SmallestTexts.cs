using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ImdsProxy.Core.Demands.Evidence;

/// <summary>A few of many texts: the first ones in ordinal order, so that the choice does not depend on the order in which they came.</summary>
internal sealed class SmallestTexts(int most)
{
    private string[] _texts = [];

    /// <summary>The texts so far, in order. Valid until the next one is added.</summary>
    public ImmutableArray<string> Texts => ImmutableCollectionsMarshal.AsImmutableArray(_texts);

    public void Add(string? text)
    {
        // Most texts come after the last one of a full list.
        if (text is null || (_texts.Length == most && string.CompareOrdinal(text, _texts[^1]) >= 0))
        {
            return;
        }

        var at = Array.BinarySearch(_texts, text, StringComparer.Ordinal);
        if (at < 0)
        {
            Insert(~at, text);
        }
    }

    public void Add(SmallestTexts other)
    {
        foreach (var text in other._texts)
        {
            Add(text);
        }
    }

    // The last text makes room once there are enough.
    private void Insert(int at, string text)
    {
        if (_texts.Length < most)
        {
            Array.Resize(ref _texts, _texts.Length + 1);
        }

        _texts.AsSpan(at..^1).CopyTo(_texts.AsSpan(at + 1));
        _texts[at] = text;
    }
}
