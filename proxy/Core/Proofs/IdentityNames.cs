using System.Collections.Immutable;
using ImdsProxy.Core.Policy;

namespace ImdsProxy.Core.Proofs;

/// <summary>Names identities as the policies do.</summary>
/// <param name="sides">The policies; the last one's aliases come first.</param>
internal sealed class IdentityNames(IReadOnlyList<PolicySide> sides)
{
    private HashSet<string>? _bare;

    /// <summary>The alias of a client id, or the client id where a policy writes that, or "any other identity".</summary>
    public string Of(string clientId)
    {
        for (var side = sides.Count - 1; side >= 0; side--)
        {
            if (sides[side].Decider.AliasOf(clientId) is { } alias)
            {
                return alias;
            }
        }

        _bare ??= sides.SelectMany(static side => side.Document.Rules).SelectMany(BareIds).ToHashSet(StringComparer.Ordinal);
        return _bare.Contains(clientId) ? clientId : "any other identity";
    }

    private static IEnumerable<string> BareIds(PolicyRule rule) => rule.Allow.SelectMany(static allow => Names(allow.Identities))
        .Concat(rule.Deny.SelectMany(static deny => Names(deny.Identities)));

    private static ImmutableArray<string> Names(ImmutableArray<string> identities) => identities.IsDefault ? [] : identities;
}
