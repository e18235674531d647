using System.Collections.Immutable;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Redirect.Rules;
using ImdsProxy.Redirect.Watching;

namespace ImdsProxy.Redirect;

/// <summary>A redirect that may be made on this node.</summary>
/// <param name="Keeper">Reads and writes the rules.</param>
/// <param name="Other">The same for the other backend where rules of ours were left in it, else null.</param>
/// <param name="Backend">The backend's name.</param>
/// <param name="Why">Why that one.</param>
/// <param name="Options">What the rules are made from.</param>
internal sealed record PreparedRedirect(RulesKeeper Keeper, RulesKeeper? Other, string Backend, string Why, RedirectOptions Options)
{
    /// <summary>The backend's rules when the redirect was prepared.</summary>
    public SavedRules Found { get; init; } = SavedRules.Empty;

    /// <summary>Asks the kernel whether they changed since.</summary>
    public IRulesEye Eye { get; init; } = new NoEye();

    public ImmutableArray<OwnChain> Wanted(RedirectState state) => RuleSet.Of(Options with { State = state });
}
