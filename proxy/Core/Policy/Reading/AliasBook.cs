using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>The aliases of a policy while it is read: which there are, and which a rule uses.</summary>
internal sealed class AliasBook
{
    private readonly Dictionary<string, LocatedValue> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<IdentityAlias> _aliases = [];

    /// <summary>The aliases without an error.</summary>
    public ImmutableArray<IdentityAlias> Good => [.. _aliases];

    public IEnumerable<string> Names => _places.Keys;

    /// <summary>The places of aliases that no rule uses.</summary>
    public IEnumerable<LocatedValue> Unused => _places.Where(alias => !_used.Contains(alias.Key)).Select(alias => alias.Value);

    /// <summary>Notes that there is an alias, good or not: a rule that uses a broken one is not itself broken.</summary>
    public void Declare(string name, LocatedValue at) => _places[name] = at;

    public void Add(IdentityAlias alias) => _aliases.Add(alias);

    /// <summary>Notes a use; false where there is no such alias.</summary>
    public bool Use(string name)
    {
        _used.Add(name);
        return _places.ContainsKey(name);
    }

    /// <summary>Notes what a rule that was read before uses.</summary>
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

    /// <summary>Whether these are its aliases, all of them and all good.</summary>
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
