using System.Text.Json.Serialization;

namespace ImdsProxy.Core.Demands.Carrying;

/// <summary>One line of reduced demands. Exactly one property is set.</summary>
internal sealed record CarriedLine
{
    public CarriedNode? Node { get; init; }

    public CarriedWorkload? Workload { get; init; }

    /// <summary>A row of the last workload before it.</summary>
    public CarriedRow? Row { get; init; }

    public CarriedLabels? Labels { get; init; }

    public CarriedCounts? Counts { get; init; }

    [JsonIgnore]
    public int Set => (Node is null ? 0 : 1) + (Workload is null ? 0 : 1) + (Row is null ? 0 : 1) + (Labels is null ? 0 : 1) + (Counts is null ? 0 : 1);
}
