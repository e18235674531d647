using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>The labels that are decided so far: a mentioned value, or null for any other value or a missing label.</summary>
/// <param name="Values">The values by key.</param>
internal sealed record LabelChoices(ImmutableSortedDictionary<string, string?> Values)
{
    public static LabelChoices None { get; } = new(ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal));

    public bool IsDecided(string key) => Values.ContainsKey(key);

    public LabelChoices With(string key, string? value) => new(Values.Add(key, value));
}
