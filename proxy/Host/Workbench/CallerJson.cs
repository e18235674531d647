using System.Collections.Immutable;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Workbench;

/// <summary>A pod, as the example of a tests file names it.</summary>
internal sealed record CallerJson(string Namespace, string ServiceAccount, string? Owner, ImmutableSortedDictionary<string, string>? Labels)
{
    public static CallerJson Of(PodIdentity pod) => new(
        pod.Namespace, pod.ServiceAccount, pod.Owner, pod.Labels.Count == 0 ? null : pod.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal));
}
