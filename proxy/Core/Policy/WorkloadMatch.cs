using System.Collections.Immutable;
using ImdsProxy.Core.Callers;

namespace ImdsProxy.Core.Policy;

/// <summary>Matches a workload if every given field matches. A name may end in <c>*</c>.</summary>
/// <param name="Namespaces">Any of these namespaces; any namespace if left out (default).</param>
/// <param name="ServiceAccounts">Any of these service accounts; any if left out.</param>
/// <param name="Owners">Any of these owners, as <c>Kind/name</c>; any if left out.</param>
/// <param name="Labels">All of these labels, with exactly these values.</param>
public sealed record WorkloadMatch(
    ImmutableArray<string> Namespaces,
    ImmutableArray<string> ServiceAccounts,
    ImmutableArray<string> Owners,
    ImmutableArray<KeyValuePair<string, string>> Labels)
{
    /// <summary>Whether a workload matches.</summary>
    public bool Matches(WorkloadIdentity workload) =>
        AnyName(Namespaces, workload.Namespace)
        && AnyName(ServiceAccounts, workload.ServiceAccount)
        && AnyName(Owners, workload.Owner)
        && AllLabels(workload);

    private static bool AnyName(ImmutableArray<string> names, string? actual)
    {
        if (names.IsDefault)
        {
            return true;
        }

        foreach (var name in names)
        {
            if (SameName(name, actual))
            {
                return true;
            }
        }

        return false;
    }

    private static bool SameName(string name, string? actual) =>
        actual is not null
        && (name.EndsWith('*')
            ? actual.AsSpan().StartsWith(name.AsSpan(0, name.Length - 1), StringComparison.Ordinal)
            : name == actual);

    private bool AllLabels(WorkloadIdentity workload)
    {
        if (Labels.IsDefaultOrEmpty)
        {
            return true;
        }

        foreach (var label in Labels)
        {
            if (!workload.Labels.TryGetValue(label.Key, out var value) || value != label.Value)
            {
                return false;
            }
        }

        return true;
    }
}
