using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>Tells whether one list of workloads includes another. Answers no if it cannot tell.</summary>
internal static class WorkloadCover
{
    /// <summary>Whether <paramref name="outer"/> matches every workload that <paramref name="inner"/> matches.</summary>
    public static bool Covers(ImmutableArray<WorkloadMatch> outer, ImmutableArray<WorkloadMatch> inner) =>
        outer.IsEmpty ? inner.IsEmpty : inner.All(match => ByNamespace(match).All(part => outer.Any(candidate => Covers(candidate, part))));

    // Each namespace may be covered by a different match.
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
