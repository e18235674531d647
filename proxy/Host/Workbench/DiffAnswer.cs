using ImdsProxy.Core.Proofs;

namespace ImdsProxy.Workbench;

/// <summary>What <c>policy diff</c> found.</summary>
/// <param name="A">The policy that is compared with.</param>
/// <param name="B">The policy whose difference is described.</param>
/// <param name="Assumption">Which modes were assumed.</param>
/// <param name="Comparison">The difference.</param>
internal sealed record DiffAnswer(PolicyName A, PolicyName B, Assumption Assumption, Comparison Comparison)
{
    /// <summary>Whether some request is decided, shown or reported in another way.</summary>
    public bool IsDifferent =>
        GivesMore || !Comparison.Less.IsEmpty || !Comparison.Quieter.IsEmpty || !Comparison.Louder.IsEmpty;

    /// <summary>Whether B permits or shows anything that A does not.</summary>
    public bool GivesMore => !Comparison.More.IsEmpty;

    /// <summary>A note about a difference in modes that the comparison left out.</summary>
    public string? NoteOfModes => Comparison.ModesDiffer && Assumption != Assumption.AsWritten
        ? "The policies also differ in a mode, which this answer ignores. Run it with --as-written to compare them with their modes."
        : null;
}
