using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>What is there, compared with what is wanted.</summary>
/// <param name="Chains">Each chain of ours.</param>
/// <param name="Unwanted">Chains of ours that are there and should not be.</param>
/// <param name="Blockers">What stops the redirect and cannot be put right from here.</param>
/// <param name="Notes">What is worth knowing and no problem.</param>
/// <param name="NewestGeneration">The newest generation in the comments of our rules; 0 if there are none.</param>
internal sealed record CheckResult(
    ImmutableArray<ChainCheck> Chains,
    ImmutableArray<(string Table, string Chain)> Unwanted,
    ImmutableArray<string> Blockers,
    ImmutableArray<string> Notes,
    int NewestGeneration)
{
    /// <summary>Whether every rule is there and effective.</summary>
    public bool InPlace => !NeedsRepair && Blockers.IsEmpty;

    public bool NeedsRepair => !Unwanted.IsEmpty || Chains.Any(c => !c.Problems.IsEmpty);

    /// <summary>Whether the only problems are displaced jumps.</summary>
    public bool HasOnlyDisplacedJumps => Unwanted.IsEmpty && Chains.All(c => c.Problems.IsEmpty || c.OnlyDisplaced);

    /// <summary>Whether pods reach IMDS directly: neither of the guards in FORWARD is there and effective.</summary>
    public bool IsOpen => Chains.Where(c => c.Chain.Hook == "FORWARD").All(c => !c.Problems.IsEmpty);

    /// <summary>Whether nothing of ours is there at all.</summary>
    public bool Absent => NewestGeneration == 0 && Unwanted.IsEmpty
        && Chains.All(c => c.Jumps.IsEmpty && c.Problems.Any(p => p.Kind == ProblemKind.MissingJump));

    public IEnumerable<string> Missing => Chains.SelectMany(c => c.Problems).Select(p => p.Text)
        .Concat(Unwanted.Select(u => $"not wanted: {u.Table} {u.Chain}"))
        .Concat(Blockers);
}
