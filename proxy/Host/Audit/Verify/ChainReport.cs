using ImdsProxy.Audit.Chain;
using ImdsProxy.Audit.Segments;

namespace ImdsProxy.Audit.Verify;

/// <summary>The findings in a directory of segments.</summary>
internal sealed class ChainReport
{
    /// <summary>Changes to the log, each with its place.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Findings that the log itself explains.</summary>
    public List<string> Notes { get; } = [];

    public int Chains { get; set; }

    public int Segments { get; set; }

    public long Records { get; set; }

    /// <summary>The number of known heads whose line exists and is unchanged.</summary>
    public int CheckpointsMatched { get; set; }

    /// <summary>The number of checkpoints of other nodes.</summary>
    public int CheckpointsOfOthers { get; set; }

    /// <summary>The segments that retention has recorded as removed.</summary>
    public HashSet<SegmentName> Removed { get; } = [];

    /// <summary>The nodes whose lines are in the directory.</summary>
    public HashSet<string> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>The last removed line of each chain, as recorded by retention.</summary>
    public List<ChainHead> RemovedHeads { get; } = [];

    /// <summary>Describes the removed records of a chain, for people. Retention removes records from the beginning of a chain.</summary>
    public string RemovedOf(string instance) =>
        RemovedHeads.Where(head => head.Instance == instance).MaxBy(static head => head.Seq) is { } last ? $" (seq 1 to {last.Seq})" : "";
}
