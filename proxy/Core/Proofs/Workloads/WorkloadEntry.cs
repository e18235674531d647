using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>One match of a term, as long as it may still hold.</summary>
/// <param name="Term">The term's index.</param>
/// <param name="IsExcept">Whether the match takes workloads out of the term.</param>
/// <param name="Match">The match.</param>
internal sealed record WorkloadEntry(int Term, bool IsExcept, WorkloadMatch Match)
{
    /// <summary>The namespaces, service accounts and owners that the match names; default for a dimension without names.</summary>
    public ImmutableArray<string> Names(int dimension) => dimension switch
    {
        // Every pod has a namespace and a service account, so "*" says nothing. A pod may have no owner.
        Dimension.Namespace => Narrowing(Match.Namespaces),
        Dimension.ServiceAccount => Narrowing(Match.ServiceAccounts),
        _ => Match.Owners,
    };

    /// <summary>Whether the match depends on this dimension or a later one, or on a label that is not yet decided.</summary>
    public bool IsOpen(int dimension, LabelChoices labels)
    {
        for (; dimension < Dimension.Labels; dimension++)
        {
            if (!Names(dimension).IsDefault)
            {
                return true;
            }
        }

        return FirstOpenLabel(labels) is not null;
    }

    /// <summary>The first label key of the match that is not yet decided, or null.</summary>
    public string? FirstOpenLabel(LabelChoices labels)
    {
        foreach (var label in Match.Labels.IsDefault ? [] : Match.Labels)
        {
            if (!labels.IsDecided(label.Key))
            {
                return label.Key;
            }
        }

        return null;
    }

    private static ImmutableArray<string> Narrowing(ImmutableArray<string> names) =>
        names.IsDefault || names.Contains("*", StringComparer.Ordinal) ? default : names;
}
