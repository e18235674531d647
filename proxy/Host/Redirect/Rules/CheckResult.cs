using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>The result of comparing the rules on the node with the wanted rules.</summary>
/// <param name="Chains">The result for each wanted chain.</param>
/// <param name="Unwanted">Our chains that are on the node and are not wanted.</param>
/// <param name="Blockers">Findings that make the redirect ineffective and can't be repaired by writing our rules.</param>
/// <param name="Notes">Findings worth knowing that are not problems.</param>
/// <param name="NewestGeneration">The newest generation in the comments of our rules, or 0 if there are none.</param>
internal sealed record CheckResult(
    ImmutableArray<ChainCheck> Chains,
    ImmutableArray<(string Table, string Chain)> Unwanted,
    ImmutableArray<string> Blockers,
    ImmutableArray<string> Notes,
    int NewestGeneration)
{
    /// <summary>Whether every rule is in place and effective.</summary>
    public bool InPlace => !NeedsRepair && Blockers.IsEmpty;

    public bool NeedsRepair => !Unwanted.IsEmpty || Chains.Any(c => !c.Problems.IsEmpty);

    /// <summary>Whether the only problems are displaced jumps.</summary>
    public bool HasOnlyDisplacedJumps => Unwanted.IsEmpty && Chains.All(c => c.Problems.IsEmpty || c.OnlyDisplaced);

    /// <summary>Whether pods can reach IMDS directly, because neither guard in FORWARD is in place and effective.</summary>
    public bool IsOpen => Chains.Where(c => c.Chain.Hook == "FORWARD").All(c => !c.Guards);

    /// <summary>Whether the node has none of our rules.</summary>
    public bool Absent => NewestGeneration == 0 && Unwanted.IsEmpty
        && Chains.All(c => c.Jumps.IsEmpty && c.Problems.Any(p => p.Kind == ProblemKind.MissingJump));

    /// <summary>All problems, in words.</summary>
    public IEnumerable<string> Missing => Chains.SelectMany(c => c.Problems).Select(p => p.Text)
        .Concat(Unwanted.Select(u => $"unexpected: {u.Table} {u.Chain}"))
        .Concat(Blockers);
}
