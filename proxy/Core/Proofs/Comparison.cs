using System.Collections.Immutable;

namespace ImdsProxy.Core.Proofs;

/// <summary>How one policy, B, differs from another, A.</summary>
/// <param name="More">The access that B permits or shows and A does not.</param>
/// <param name="Less">The access that A permits or shows and B does not.</param>
/// <param name="Quieter">The requests that both deny, but only B denies quietly.</param>
/// <param name="Louder">The requests that both deny, but only A denies quietly.</param>
/// <param name="ModesDiffer">Whether the policies differ in a mode, which only <see cref="Assumption.AsWritten"/> takes into account.</param>
/// <param name="Verdict">How far the answer can be believed.</param>
public sealed record Comparison(
    ImmutableArray<Difference> More,
    ImmutableArray<Difference> Less,
    ImmutableArray<Difference> Quieter,
    ImmutableArray<Difference> Louder,
    bool ModesDiffer,
    ProofVerdict Verdict)
{
    /// <summary>Whether the policies differ in how far they go for pods on hostNetwork, which no answer takes into account.</summary>
    public bool HostNetworkDiffers { get; init; }

    /// <summary>Whether B may enforce less than A for pods on hostNetwork. In doubt, it may.</summary>
    public bool HostNetworkMayGiveMore { get; init; }

    /// <summary>Whether both policies decide everything alike. True only for an exact answer.</summary>
    public bool IsSame => Verdict.IsComplete && More.IsEmpty && Less.IsEmpty && Quieter.IsEmpty && Louder.IsEmpty;
}
