using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Applying;

/// <summary>A redirect that can and may be set up on this node.</summary>
/// <param name="Keeper">Checks and repairs the rules.</param>
/// <param name="Other">The keeper of the other backend if that backend holds rules of ours, otherwise null.</param>
/// <param name="Backend">The backend's name.</param>
/// <param name="Why">Why this backend was chosen.</param>
/// <param name="Options">The parameters of the rules.</param>
internal sealed record PreparedRedirect(RulesKeeper Keeper, RulesKeeper? Other, string Backend, string Why, RuleSetOptions Options)
{
    /// <summary>The backend's rules at the time of the preparation.</summary>
    public SavedRules Found { get; init; } = SavedRules.Empty;

    /// <summary>Asks the kernel whether the rules changed.</summary>
    public IChangeDetector Changes { get; init; } = new NoChangeDetector();

    public ImmutableArray<ManagedChain> Wanted(RedirectState state) => RuleSet.Of(Options with { State = state });
}
