using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs.Workloads;

/// <summary>One match of a term, as long as it may still hold.</summary>
internal sealed class WorkloadEntry
{
    private readonly ImmutableArray<string>[] _names;
    private readonly int _lastNamed;

    /// <param name="term">The term's index.</param>
    /// <param name="isExcept">Whether the match takes workloads out of the term.</param>
    /// <param name="match">The match.</param>
    public WorkloadEntry(int term, bool isExcept, WorkloadMatch match)
    {
        (Term, IsExcept, Match) = (term, isExcept, match);

        // Every pod has a namespace and a service account, so "*" says nothing. A pod may have no owner.
        _names = [Narrowing(match.Namespaces), Narrowing(match.ServiceAccounts), match.Owners];
        _lastNamed = Array.FindLastIndex(_names, static names => !names.IsDefault);
    }

    /// <summary>The term's index.</summary>
    public int Term { get; }

    /// <summary>Whether the match takes workloads out of the term.</summary>
    public bool IsExcept { get; }

    public WorkloadMatch Match { get; }

    /// <summary>The namespaces, service accounts and owners that the match names; default for a dimension without names.</summary>
    public ImmutableArray<string> Names(int dimension) => _names[dimension];

    /// <summary>Whether the match depends on this dimension or a later one, or on a label that is not yet decided.</summary>
    public bool IsOpen(int dimension, LabelChoices labels) => dimension <= _lastNamed || FirstOpenLabel(labels) is not null;

    /// <summary>The first label key of the match that is not yet decided, or null.</summary>
    public string? FirstOpenLabel(LabelChoices labels)
    {
        if (Match.Labels.IsDefaultOrEmpty)
        {
            return null;
        }

        foreach (var label in Match.Labels)
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
