using ImdsProxy.Core.Callers;

namespace ImdsProxy.Identify;

/// <summary>A pod in the index.</summary>
internal sealed class PodEntry(PodRecord record)
{
    public PodRecord Record { get; } = record;

    /// <summary>Made once, so that a lookup makes nothing.</summary>
    public Caller.Pod Caller { get; } = new(record.Identity);

    /// <summary>Whether a live list told it before the watch did.</summary>
    public bool IsAhead { get; init; }

    /// <summary>Whether its address was seen to come in by another interface than before.</summary>
    public bool IsDoubted { get; set; }
}
