using System.Text.Json.Nodes;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>Chooses the heads that a <c>segments-removed</c> event names, so that the verifier knows what retention removed.</summary>
internal static class RemovedHeads
{
    // Events of earlier removals may be in the segments that are removed now, so the heads in those events are named again.
    // Chains that ended long ago, and that no other chain names any more, can be left out.
    private const int MostToldAgain = 64;

    private static readonly byte[] EventName = [.. "\"event\":\"segments-removed\""u8];

    /// <summary>Returns the head of each chain in the removed segments, and the heads named by earlier events in them.</summary>
    public static IReadOnlyList<ChainHead> Of(IReadOnlyList<HeldSegment> doomed, SegmentHeads heads)
    {
        var now = doomed.GroupBy(static segment => segment.Name.Instance, StringComparer.Ordinal)
            .Select(chain => heads.Of(chain.MaxBy(static segment => segment.Name.Number)!.Entry))
            .OfType<ChainHead>()
            .ToDictionary(static head => head.Instance, StringComparer.Ordinal);
        var before = new OrderedDictionary<string, ChainHead>(StringComparer.Ordinal);
        foreach (var head in doomed.Where(static segment => segment.Name.IsReserve).OrderBy(static segment => segment.Written).SelectMany(static segment => ToldIn(segment.Entry)))
        {
            before.Remove(head.Instance);
            before[head.Instance] = head;
        }

        return [.. now.Values, .. before.Values.Where(head => !now.ContainsKey(head.Instance)).TakeLast(MostToldAgain)];
    }

    private static List<ChainHead> ToldIn(SegmentEntry segment)
    {
        List<ChainHead> told = [];
        using var lines = new SegmentReader(segment.Open());
        while (lines.TryRead(out var line))
        {
            if (!lines.Torn && line.IndexOf(EventName) >= 0 && ChainHead.Parse(line) is JsonObject fields)
            {
                told.AddRange(ChainHead.ToldBy(fields));
            }
        }

        return told;
    }
}
