using System.Collections.Immutable;

namespace ImdsProxy.Core.Demands;

/// <summary>The requests of the pods that have the same labels, as far as <see cref="DemandTable.LabelKeys"/> names them.</summary>
/// <param name="Labels">The labels, sorted by key; default if the log does not tell them.</param>
/// <param name="Requests">The number of requests.</param>
public readonly record struct LabelCount(ImmutableArray<KeyValuePair<string, string>> Labels, long Requests);
