using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>Tracks the declared aliases and the used aliases while a policy is read.</summary>
internal sealed class AliasBook
{
    private readonly Dictionary<string, LocatedValue> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<IdentityAlias> _aliases = [];

    /// <summary>The aliases without an error.</summary>
    public ImmutableArray<IdentityAlias> Good => [.. _aliases];

    public IEnumerable<string> Names => _places.Keys;

    /// <summary>The places of the aliases that no rule uses.</summary>
    public IEnumerable<LocatedValue> Unused => _places.Where(alias => !_used.Contains(alias.Key)).Select(alias => alias.Value);

    /// <summary>Declares an alias, valid or not. A rule that uses an invalid alias is not itself invalid.</summary>
    public void Declare(string name, LocatedValue at) => _places[name] = at;

    public void Add(IdentityAlias alias) => _aliases.Add(alias);

    /// <summary>Marks an alias as used. Returns false if there is no such alias.</summary>
    public bool Use(string name)
    {
        _used.Add(name);
        return _places.ContainsKey(name);
    }

    /// <summary>Marks the aliases of a rule that was taken over from the previous policy.</summary>
    public void Use(PolicyRule rule)
    {
        foreach (var allow in rule.Allow)
        {
            UseAll(allow.Identities);
            if (allow.AsIdentity is { } pinned)
            {
                Use(pinned);
            }
        }

        foreach (var deny in rule.Deny)
        {
            UseAll(deny.Identities);
        }
    }

    /// <summary>Whether these are exactly the declared aliases, all of them valid.</summary>
    public bool Declares(ImmutableArray<IdentityAlias> aliases) => _places.Count == aliases.Length && _aliases.SequenceEqual(aliases);

    /// <summary>The alias of a client id, or null.</summary>
    public string? NameOf(string clientId) => _aliases.Find(alias => alias.ClientId == clientId)?.Name;

    private void UseAll(ImmutableArray<string> identities)
    {
        foreach (var identity in identities.IsDefault ? [] : identities)
        {
            Use(identity);
        }
    }
}
