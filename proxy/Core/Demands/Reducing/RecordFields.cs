namespace ImdsProxy.Core.Demands.Reducing;

/// <summary>The fields of one line that reducing needs. Null or zero where the line lacks them.</summary>
internal sealed class RecordFields
{
    public bool IsEvent { get; set; }

    public long Ticks { get; set; }

    public string? Event { get; set; }

    public string? Node { get; set; }

    public string? Instance { get; set; }

    public long Seq { get; set; }

    public string? Verdict { get; set; }

    public string? Reason { get; set; }

    public bool IsCut { get; set; }

    /// <summary>The requests of a summary, or 0.</summary>
    public long Summed { get; set; }

    public string? CallerKind { get; set; }

    public string? Evidence { get; set; }

    public string? Namespace { get; set; }

    public string? Pod { get; set; }

    /// <summary>The hash of the pod's uid, or 0.</summary>
    public ulong UidHash { get; set; }

    public string? ServiceAccount { get; set; }

    public string? Owner { get; set; }

    public string? Method { get; set; }

    public string? Path { get; set; }

    public string? Resource { get; set; }

    public string? SelectorKind { get; set; }

    public string? Selector { get; set; }

    public string? Pin { get; set; }

    public string? UserAgent { get; set; }

    public bool IsProbe { get; set; }

    /// <summary>The names of extra query keys, or null without the member.</summary>
    public SortedSet<string>? ExtraQuery { get; set; }

    public int Status { get; set; }

    public bool WasForwarded { get; set; }

    public bool IsIssued { get; set; }

    /// <summary>The credential that was issued, or that IMDS returned and the proxy withheld.</summary>
    public string? ClientId { get; set; }

    public string? AnsweredResource { get; set; }

    public string? Audience { get; set; }

    /// <summary>The number of an event.</summary>
    public long Count { get; set; }

    /// <summary>The start of the time that an event describes, or 0.</summary>
    public long SinceTicks { get; set; }

    /// <summary>The output that lost records which the log still contains, or null.</summary>
    public string? By { get; set; }

    /// <summary>Whether an event names segments.</summary>
    public bool HasSegments { get; set; }

    public List<KeyValuePair<string, string>>? Labels { get; set; }

    /// <summary>The number of earlier states of a pod that no event states.</summary>
    public long SkippedStates { get; set; }
}
