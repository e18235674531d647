using System.Collections.Immutable;
using ImdsProxy.Core.Redaction;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>Requests of one method, and of paths that issue no credential, that each policy treats alike.</summary>
/// <param name="Path">The paths.</param>
/// <param name="Method">The method.</param>
/// <param name="Extra">The extra query keys.</param>
/// <param name="Outcomes">What each policy does.</param>
/// <param name="Rules">The rule by which each policy permits it; null where none does.</param>
/// <param name="Views">What each policy shows of the answer; null where it shows all or denies the request.</param>
internal sealed record PathCell(
    PathNode Path,
    string Method,
    ImmutableArray<string> Extra,
    ImmutableArray<Outcome> Outcomes,
    ImmutableArray<string?> Rules,
    ImmutableArray<DocumentView?> Views) : IRequestCell
{
    public Slice Slice => Slice.Others;
}
