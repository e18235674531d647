using System.Text;
using ImdsProxy.Core.Demands.Evidence;

namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The pods of masked lines, so that a pod's name and uid are read once.</summary>
internal sealed class PodCache
{
    // More than a few nodes have at a time. A flood of different pods only empties the cache.
    private const int Most = 1 << 14;

    private readonly Dictionary<LineHash, SeenPod> _pods = [];

    /// <summary>The pod that a masked line leaves out.</summary>
    public SeenPod Of(MaskedLine masked, ReadOnlySpan<byte> line)
    {
        if (_pods.TryGetValue(masked.PodMark, out var known))
        {
            return known;
        }

        if (_pods.Count >= Most)
        {
            _pods.Clear();
        }

        var pod = new SeenPod(masked.PodMark, StableHash.OfAscii(line[masked.Uid]), Encoding.ASCII.GetString(line[masked.Pod]));
        _pods.Add(masked.PodMark, pod);
        return pod;
    }
}
