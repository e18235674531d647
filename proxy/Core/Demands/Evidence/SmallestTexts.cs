using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands.Evidence;

/// <summary>A few of many texts: the first ones in ordinal order, so that the choice does not depend on the order in which they came.</summary>
internal sealed class SmallestTexts(int most)
{
    private string[] _texts = [];

    public ImmutableArray<string> Texts => [.. _texts];

    public void Add(string? text)
    {
        if (text is null)
        {
            return;
        }

        var at = Array.BinarySearch(_texts, text, StringComparer.Ordinal);
        if (at < 0 && ~at < most)
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
