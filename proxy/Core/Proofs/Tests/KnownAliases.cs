using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>The aliases of a policy, for a document that refers to them.</summary>
internal static class KnownAliases
{
    /// <param name="policy">The policy.</param>
    /// <param name="root">The document that refers to them.</param>
    public static AliasBook Of(PolicyDocument policy, LocatedValue root)
    {
        var aliases = new AliasBook();
        foreach (var alias in policy.Identities)
        {
            aliases.Declare(alias.Name, root);
            aliases.Add(alias);
        }

        return aliases;
    }
}
