using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>One chain of ours, compared with what is there.</summary>
/// <param name="Chain">As it should be.</param>
/// <param name="Problems">What is wrong; none when it is there and effective.</param>
/// <param name="Jumps">The rules that jump to it from its built-in chain now, verbatim.</param>
internal sealed record ChainCheck(ManagedChain Chain, ImmutableArray<ChainProblem> Problems, ImmutableArray<string> Jumps)
{
    /// <summary>Whether the chain's own rules must be written again.</summary>
    public bool Rewrite => Problems.Any(p => p.Kind is ProblemKind.MissingRule or ProblemKind.ForeignRule or ProblemKind.RuleOrder);

    /// <summary>Whether the jump must be put back.</summary>
    public bool Rejump => Problems.Any(p => p.Kind is ProblemKind.MissingJump or ProblemKind.SpareJump or ProblemKind.DisplacedJump);

    /// <summary>Whether all that is wrong is that someone stands before us.</summary>
    public bool OnlyDisplaced => !Problems.IsEmpty && Problems.All(p => p.Kind == ProblemKind.DisplacedJump);
}
