using System.Collections.Immutable;
using ImdsProxy.Core.Proofs.Atoms;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Requests for a credential, with IMDS's answers to them, that each policy treats alike.</summary>
/// <param name="Slice">Tokens or certificates.</param>
/// <param name="Extra">The extra query keys.</param>
/// <param name="Selector">The identity that is asked for.</param>
/// <param name="Asked">The resources that are asked for.</param>
/// <param name="Answered">What IMDS answers with; null if every policy denies the request before it is sent.</param>
/// <param name="Outcomes">What each policy does.</param>
/// <param name="Rules">The rule by which each policy permits it; null where none does.</param>
/// <param name="Pins">The client id that each policy adds to the request, or null.</param>
internal sealed record CredentialCell(
    Slice Slice,
    ImmutableArray<string> Extra,
    SelectorAtom Selector,
    IReadOnlyList<ResourceAtom> Asked,
    AnswerAtoms? Answered,
    ImmutableArray<Outcome> Outcomes,
    ImmutableArray<string?> Rules,
    ImmutableArray<string?> Pins) : IRequestCell
{
    /// <summary>Whether IMDS answers with the requested identity and resource.</summary>
    public bool IsNatural => Answered is null
        || ((Selector.IsNone || Selector.ClientIds.Contains(Answered.ClientId, StringComparer.Ordinal)) && Asked.Any(Answered.Has));
}
