using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>The result of comparing one of our chains with the rules on the node.</summary>
/// <param name="Chain">The chain as it should be.</param>
/// <param name="Problems">The problems found. Empty when the chain is in place and effective.</param>
/// <param name="Jumps">The rules of the built-in chain that now jump to our chain, verbatim.</param>
/// <param name="Guards">Whether the chain's first rule has its effect, whichever generation wrote it and whatever else is missing.</param>
internal sealed record ChainCheck(ManagedChain Chain, ImmutableArray<ChainProblem> Problems, ImmutableArray<string> Jumps, bool Guards)
{
    /// <summary>Whether the chain's own rules must be written again.</summary>
    public bool NeedsRewrite => Problems.Any(p => p.Kind is ProblemKind.MissingRule or ProblemKind.UnexpectedRule or ProblemKind.RuleOrder);

    /// <summary>Whether the jump must be put back.</summary>
    public bool NeedsJump => Problems.Any(p => p.Kind is ProblemKind.MissingJump or ProblemKind.UnexpectedJump or ProblemKind.DisplacedJump);

    /// <summary>Whether the only problem is that another rule runs before our jump.</summary>
    public bool OnlyDisplaced => !Problems.IsEmpty && Problems.All(p => p.Kind == ProblemKind.DisplacedJump);
}
