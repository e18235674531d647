using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>An allow, prepared for proofs: aliases are resolved, so that two policies can be compared.</summary>
internal sealed class AllowTerm
{
    public AllowTerm(string rule, AllowPermission source, IdentityTable identities)
    {
        Rule = rule;
        Source = source;
        IsAnyIdentity = IsAny(source.Identities);
        IsAnyResource = IsAny(source.Resources);
        Identities = Named(source.Identities, identities.ClientIdOf);
        Resources = Named(source.Resources, static resource => resource);
        Comparables = [.. Resources.Select(ResourceName.Comparable).Distinct(StringComparer.Ordinal)];
        Broads = [.. Resources.Select(ResourceName.Broad).Distinct(StringComparer.Ordinal)];
        Pin = source.AsIdentity is { } pin ? identities.ClientIdOf(pin) : null;
    }

    /// <summary>The rule's name.</summary>
    public string Rule { get; }

    public AllowPermission Source { get; }

    public bool IsAnyIdentity { get; }

    public bool IsAnyResource { get; }

    /// <summary>The client ids that are named.</summary>
    public ImmutableArray<string> Identities { get; }

    /// <summary>The resources that are named, as written.</summary>
    public ImmutableArray<string> Resources { get; }

    /// <summary>The resources that are named, in the form that allows compare.</summary>
    public ImmutableArray<string> Comparables { get; }

    /// <summary>The resources that are named, in the form that denies compare.</summary>
    public ImmutableArray<string> Broads { get; }

    /// <summary>The client id that is added to requests without a selector, or null.</summary>
    public string? Pin { get; }

    /// <summary>Whether every key of a request is among the extra keys that are allowed.</summary>
    public bool Accepts(ImmutableArray<string> extra)
    {
        foreach (var key in extra)
        {
            if (!Source.ExtraQuery.Contains(key, StringComparer.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the allow matches a resource.</summary>
    public bool Matches(string? comparable) =>
        IsAnyResource || (comparable is not null && Comparables.Contains(comparable, StringComparer.Ordinal));

    private static bool IsAny(ImmutableArray<string> names) => !names.IsDefault && names.Contains("*", StringComparer.Ordinal);

    private static ImmutableArray<string> Named(ImmutableArray<string> names, Func<string, string> resolve) =>
        names.IsDefault ? [] : [.. names.Where(static name => name != "*").Select(resolve).Distinct(StringComparer.Ordinal)];
}
