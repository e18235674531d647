using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>Determines whether one list of workloads includes another. In doubt, the answer is no.</summary>
internal static class WorkloadCover
{
    /// <summary>Whether <paramref name="outer"/> matches every workload that <paramref name="inner"/> matches.</summary>
    public static bool Covers(ImmutableArray<WorkloadMatch> outer, ImmutableArray<WorkloadMatch> inner) =>
        outer.IsEmpty ? inner.IsEmpty : inner.All(match => ByNamespace(match).All(part => outer.Any(candidate => Covers(candidate, part))));

    // A different outer match may cover each namespace.
    private static IEnumerable<WorkloadMatch> ByNamespace(WorkloadMatch match) => match.Namespaces.IsDefault
        ? [match]
        : match.Namespaces.Select(name => match with { Namespaces = [name] });

    private static bool Covers(WorkloadMatch outer, WorkloadMatch inner) =>
        Covers(outer.Namespaces, inner.Namespaces)
        && Covers(outer.ServiceAccounts, inner.ServiceAccounts)
        && (outer.Owners.IsDefault || (!inner.Owners.IsDefault && Covers(outer.Owners, inner.Owners)))
        && outer.Labels.All(inner.Labels.Contains);

    // Every pod has a namespace and a service account, so "*" equals a missing field. A pod may have no owner.
    private static bool Covers(ImmutableArray<string> outer, ImmutableArray<string> inner) =>
        outer.IsDefault
        || outer.Contains("*", StringComparer.Ordinal)
        || (!inner.IsDefault && inner.All(name => outer.Any(candidate => Covers(candidate, name))));

    private static bool Covers(string outer, string inner) =>
        outer.EndsWith('*') ? inner.StartsWith(outer[..^1], StringComparison.Ordinal) : outer == inner;
}
