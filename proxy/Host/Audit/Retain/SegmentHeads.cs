using System.Collections.Concurrent;
using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Retain;

/// <summary>
/// The last lines of complete segments, for the event that records their removal. Requests wait during a removal, and finding the
/// end of a compressed segment takes 100 ms. Therefore the writer remembers the ends, and the keeper looks up missing ends in
/// advance.
/// </summary>
internal sealed class SegmentHeads
{
    private readonly ConcurrentDictionary<SegmentName, ChainHead> _heads = new();

    public void Put(SegmentName segment, ChainHead head) => _heads[segment] = head;

    /// <summary>Returns the last line of a segment, or null if it has no whole line.</summary>
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
