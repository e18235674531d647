using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>Whether all workloads that one list means are meant by another too. Says no where it cannot tell.</summary>
internal static class WorkloadCover
{
    /// <summary>Whether each workload of <paramref name="inner"/> is one of <paramref name="outer"/>.</summary>
    public static bool Covers(ImmutableArray<WorkloadMatch> outer, ImmutableArray<WorkloadMatch> inner) =>
        outer.IsEmpty ? inner.IsEmpty : inner.All(match => ByNamespace(match).All(part => outer.Any(candidate => Covers(candidate, part))));

    // Several namespaces may be covered by several matches, one each.
    private static IEnumerable<WorkloadMatch> ByNamespace(WorkloadMatch match) => match.Namespaces.IsDefault
        ? [match]
        : match.Namespaces.Select(name => match with { Namespaces = [name] });

    private static bool Covers(WorkloadMatch outer, WorkloadMatch inner) =>
        Covers(outer.Namespaces, inner.Namespaces)
        && Covers(outer.ServiceAccounts, inner.ServiceAccounts)
        && (outer.Owners.IsDefault || (!inner.Owners.IsDefault && Covers(outer.Owners, inner.Owners)))
        && outer.Labels.All(inner.Labels.Contains);

    // Every pod has a namespace and a service account, so "*" is the same as nothing said; an owner it may lack.
    private static bool Covers(ImmutableArray<string> outer, ImmutableArray<string> inner) =>
        outer.IsDefault
        || outer.Contains("*", StringComparer.Ordinal)
        || (!inner.IsDefault && inner.All(name => outer.Any(candidate => Covers(candidate, name))));

    private static bool Covers(string outer, string inner) =>
        outer.EndsWith('*') ? inner.StartsWith(outer[..^1], StringComparison.Ordinal) : outer == inner;
}
