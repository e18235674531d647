using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Verify;

/// <summary>What was found in a directory of segments.</summary>
internal sealed class ChainReport
{
    /// <summary>What is not as it was written, each with its place.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>What is explained, but worth knowing.</summary>
    public List<string> Notes { get; } = [];

    public int Chains { get; set; }

    public int Segments { get; set; }

    public long Records { get; set; }

    /// <summary>Checkpoints whose line is there and unchanged.</summary>
    public int CheckpointsMatched { get; set; }

    /// <summary>Checkpoints of other nodes.</summary>
    public int CheckpointsOfOthers { get; set; }

    /// <summary>Segments that retention says it removed.</summary>
    public HashSet<SegmentName> Removed { get; } = [];

    /// <summary>The nodes whose lines are here.</summary>
    public HashSet<string> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the chains stood at the end of what retention removed.</summary>
    public List<ChainHead> RemovedHeads { get; } = [];

    /// <summary>The records of a chain that retention says it removed, for people: retention removes from the beginning.</summary>
    public string RemovedOf(string instance) =>
        RemovedHeads.Where(head => head.Instance == instance).MaxBy(static head => head.Seq) is { } last ? $" (seq 1 to {last.Seq})" : "";
}
