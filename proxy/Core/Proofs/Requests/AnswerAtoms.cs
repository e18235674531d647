using System.Collections.Immutable;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Answers of one identity that each policy treats alike.</summary>
/// <param name="ClientId">The identity.</param>
/// <param name="Resources">The resources.</param>
/// <param name="Audience">The application id in the token's audience, or null.</param>
/// <param name="ResourceId">The identity's resource id in the token, or null.</param>
/// <param name="Outcomes">What each policy does with them, if it has permitted the request and pinned nothing else.</param>
/// <param name="Rules">The rule by which each policy permits them; null where none does.</param>
internal sealed record AnswerAtoms(
    string ClientId,
    IReadOnlyList<ResourceAtom> Resources,
    string? Audience,
    string? ResourceId,
    ImmutableArray<Outcome> Outcomes,
    ImmutableArray<string?> Rules)
{
    private HashSet<ResourceAtom>? _members;

    /// <summary>Whether a resource is among these.</summary>
    public bool Has(ResourceAtom resource) => (_members ??= [.. Resources]).Contains(resource);
}
