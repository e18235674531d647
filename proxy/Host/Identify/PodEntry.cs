using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>A pod in the index.</summary>
internal sealed class PodEntry(PodRecord record)
{
    public PodRecord Record { get; } = record;

    /// <summary>The pod as a caller. Created only once, so that lookups do not allocate.</summary>
    public Caller.Pod Caller { get; } = new(record.Identity);

    /// <summary>The pod as a caller that its socket's cgroup identifies.</summary>
    public Caller.Pod CallerOnHost { get; } = new(record.Identity) { OnHost = true };

    /// <summary>Whether this state came from a live lookup before the watch delivered it.</summary>
    public bool IsAhead { get; init; }

    /// <summary>Whether the pod's address was seen on a different interface than before.</summary>
    public bool IsDoubted { get; set; }
}
