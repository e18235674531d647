using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands;

/// <summary>The requests of the pods that have the same labels. Only the labels in <see cref="DemandTable.LabelKeys"/> count.</summary>
/// <param name="Labels">The labels, sorted by key; default if the log does not contain them.</param>
/// <param name="Requests">The number of requests.</param>
public readonly record struct LabelCount(ImmutableArray<KeyValuePair<string, string>> Labels, long Requests);
