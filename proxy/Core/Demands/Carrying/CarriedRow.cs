namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>A row with its evidence. Samples and counts are flat arrays of pairs.</summary>
internal sealed record CarriedRow
{
    public string? Owner { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public bool IsProbe { get; init; }

    public bool IsOnHost { get; init; }

    public string? Resource { get; init; }

    public string? SelectorKind { get; init; }

    public string? Selector { get; init; }

    public string? Pin { get; init; }

    public bool IsCut { get; init; }

    public bool LacksExtraQuery { get; init; }

    public string? ExtraNames { get; init; }

    public string? AnswerClientId { get; init; }

    public string? AnswerResource { get; init; }

    public string? AnswerAudience { get; init; }

    public required string Verdict { get; init; }

    public required string Outcome { get; init; }

    public bool IsMismatch { get; init; }

    public bool IsOfDenyRule { get; init; }

    public required long Requests { get; init; }

    public required long Earliest { get; init; }

    public required long First { get; init; }

    public required long Last { get; init; }

    public required long[] Days { get; init; }

    public required long[] Statuses { get; init; }

    public required ulong[] Pods { get; init; }

    public required ulong[] Nodes { get; init; }

    public required string[] PodNames { get; init; }

    public required string[] UserAgents { get; init; }
}
