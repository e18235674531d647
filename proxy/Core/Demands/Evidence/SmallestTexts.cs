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
            var kept = Math.Min(_texts.Length + 1, most);
            _texts = [.. _texts.AsSpan(0, ~at), text, .. _texts.AsSpan(~at, kept - 1 - ~at)];
        }
    }

    public void Add(SmallestTexts other)
    {
        foreach (var text in other._texts)
        {
            Add(text);
        }
    }
}
