using System.Collections.Frozen;
using System.Collections.Immutable;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>The aliases of a policy, indexed by every name that a request can use for an identity.</summary>
internal sealed class IdentityTable
{
    private readonly FrozenDictionary<string, IdentityAlias> _byName;
    private readonly FrozenDictionary<string, IdentityAlias> _byClientId;
    private readonly FrozenDictionary<string, IdentityAlias> _byObjectId;
    private readonly FrozenDictionary<string, IdentityAlias> _byResourceId;

    public IdentityTable(ImmutableArray<IdentityAlias> aliases)
    {
        _byName = aliases.ToFrozenDictionary(alias => alias.Name, StringComparer.Ordinal);
        _byClientId = aliases.ToFrozenDictionary(alias => alias.ClientId, StringComparer.Ordinal);
        _byObjectId = aliases.Where(alias => alias.ObjectId is not null).ToFrozenDictionary(alias => alias.ObjectId!, StringComparer.Ordinal);
        _byResourceId = aliases.Where(alias => alias.ResourceId is not null)
            .ToFrozenDictionary(alias => alias.ResourceId!, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The client id of an alias. A client id is returned unchanged.</summary>
    public string ClientIdOf(string aliasOrClientId) =>
        _byName.TryGetValue(aliasOrClientId, out var alias) ? alias.ClientId : aliasOrClientId;

    /// <summary>The alias of a client id, or null.</summary>
    public IdentityAlias? ByClientId(string clientId) => _byClientId.GetValueOrDefault(clientId);

    /// <summary>The client id that a request's selector names, or null if only IMDS can resolve it.</summary>
    public string? Resolve(IdentitySelector selector) => selector.Kind switch
    {
        SelectorKind.ClientId => selector.Value,
        SelectorKind.ObjectId => _byObjectId.GetValueOrDefault(selector.Value)?.ClientId,
        _ => _byResourceId.GetValueOrDefault(selector.Value)?.ClientId,
    };
}
