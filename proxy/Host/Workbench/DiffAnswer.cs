using System.Collections.Immutable;
using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>What <c>policy diff</c> found.</summary>
/// <param name="A">The policy that is compared with.</param>
/// <param name="B">The policy whose difference is described.</param>
/// <param name="Main">The comparison that is described first.</param>
/// <param name="Others">What only shows in other modes, if they were compared too.</param>
internal sealed record DiffAnswer(PolicyName A, PolicyName B, AssumedComparison Main, ImmutableArray<AssumedComparison> Others)
{
    /// <summary>All comparisons.</summary>
    public IEnumerable<AssumedComparison> All => Others.Prepend(Main);

    /// <summary>Whether some request is decided, shown or reported in another way.</summary>
    public bool IsDifferent => Main.Comparison.HostNetworkDiffers || All.Any(static entry => IsFound(entry.Comparison));

    /// <summary>Whether B permits or shows anything that A does not, or may do so for pods on hostNetwork.</summary>
    public bool GivesMore => Main.Comparison.HostNetworkMayGiveMore || All.Any(static entry => !entry.Comparison.More.IsEmpty);

    /// <summary>Whether B permits or shows less than A.</summary>
    public bool GivesLess => All.Any(static entry => !entry.Comparison.Less.IsEmpty);

    /// <summary>The verdict that can be believed least.</summary>
    public ProofVerdict Verdict => All.Select(static entry => entry.Comparison.Verdict).MaxBy(static verdict => verdict.Status)!;

    /// <summary>A note about a difference in modes that makes no difference to a decision, or that the comparison left out.</summary>
    public string? NoteOfModes => Main.Comparison.HostNetworkDiffers
            ? "The policies also differ in \"hostNetwork\", which this answer does not judge: for pods on hostNetwork, one of them may permit what the other denies."
        : !Main.Comparison.ModesDiffer || Main.Assumption == Assumption.AsWritten || Others.Any(static other => IsFound(other.Comparison)) ? null
        : Main.Assumption == Assumption.Enforced ? "The policies also differ in a mode, which changes no decision."
        : "The policies also differ in a mode, which this answer ignores. Run it without --assume-override to compare them in every mode.";

    /// <summary>Whether a comparison found anything.</summary>
    public static bool IsFound(Comparison comparison) =>
        !(comparison.More.IsEmpty && comparison.Less.IsEmpty && comparison.Quieter.IsEmpty && comparison.Louder.IsEmpty);
}
