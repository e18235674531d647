using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Demands.Replaying;

/// <summary>
/// The identities of demands. A demand's identity is the one that IMDS answered with. If IMDS was not asked, it is the one that the selector
/// names; other answers in the log and the aliases of a policy resolve the selector.
/// </summary>
public sealed class DemandIdentities
{
    private readonly PolicyDocument? _policy;

    internal DemandIdentities(PolicyDocument? policy, LearnedIdentities learned)
    {
        _policy = policy;
        Learned = learned;
    }

    internal LearnedIdentities Learned { get; }

    /// <summary>The identities of a table's demands.</summary>
    /// <param name="table">The table.</param>
    /// <param name="policy">The policy whose aliases count, or null.</param>
    public static DemandIdentities Of(DemandTable table, PolicyDocument? policy) => new(policy, LearnedIdentities.Of(table));

    /// <summary>The client id of a demand's identity, 36 lower-case characters; null if it is unknown.</summary>
    public string? ClientIdOf(Demand demand) =>
        (demand.Answer?.ClientId ?? Learned.ClientIdOf(demand.Key) ?? ByName(demand.Key)?.ClientId) is { } clientId ? QueryValue.CanonicalGuid(clientId) : null;

    /// <summary>The alias of an identity in the policy, or null.</summary>
    public IdentityAlias? AliasOf(string clientId) => _policy?.Identities.FirstOrDefault(alias => alias.ClientId == clientId);

    private IdentityAlias? ByName(DemandKey key) => key.SelectorKind switch
    {
        null or "client_id" => null,
        "object_id" => _policy?.Identities.FirstOrDefault(alias => string.Equals(alias.ObjectId, key.Selector, StringComparison.OrdinalIgnoreCase)),
        _ => _policy?.Identities.FirstOrDefault(alias => string.Equals(alias.ResourceId, key.Selector, StringComparison.OrdinalIgnoreCase)),
    };
}
