using System.Collections.Concurrent;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>
/// Where finished segments end, for the event that tells of their removal. Removal happens while requests wait, and to find
/// the end of a compressed segment takes 100 ms; so ends are remembered by the writer and looked up early by the keeper.
/// </summary>
internal sealed class SegmentHeads
{
    private readonly ConcurrentDictionary<SegmentName, ChainHead> _heads = new();

    public void Put(SegmentName segment, ChainHead head) => _heads[segment] = head;

    /// <summary>The end of a segment, or null where it has no whole line.</summary>
    public ChainHead? Of(SegmentEntry segment)
    {
        if (!_heads.TryGetValue(segment.Name, out var head) && ChainHead.TryRead(segment) is { } found)
        {
            head = _heads[segment.Name] = found;
        }

        return head;
    }

    public void Forget(SegmentName segment) => _heads.TryRemove(segment, out _);
}
