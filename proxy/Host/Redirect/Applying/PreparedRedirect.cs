using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Node;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Applying;

/// <summary>A redirect that may be made on this node.</summary>
/// <param name="Keeper">Reads and writes the rules.</param>
/// <param name="Other">The same for the other backend where rules of ours were left in it, else null.</param>
/// <param name="Backend">The backend's name.</param>
/// <param name="Why">Why that one.</param>
/// <param name="Options">What the rules are made from.</param>
internal sealed record PreparedRedirect(RulesKeeper Keeper, RulesKeeper? Other, string Backend, string Why, RuleSetOptions Options)
{
    /// <summary>The backend's rules when the redirect was prepared.</summary>
    public SavedRules Found { get; init; } = SavedRules.Empty;

    /// <summary>Asks the kernel whether they changed since.</summary>
    public IChangeDetector Changes { get; init; } = new NoChangeDetector();

    public ImmutableArray<ManagedChain> Wanted(RedirectState state) => RuleSet.Of(Options with { State = state });
}
