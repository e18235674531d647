using System.Collections.Immutable;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Deciding;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Core.Proofs.Requests;

/// <summary>A deny, prepared for proofs: aliases are resolved, so that two policies can be compared.</summary>
internal sealed class DenyTerm
{
    public DenyTerm(string rule, PolicyMode? mode, DenyPermission source, IdentityTable identities)
    {
        Rule = rule;
        Mode = mode;
        Source = source;
        IsAnyIdentity = IsAny(source.Identities);
        IsAnyResource = IsAny(source.Resources);
        Identities = IsAnyIdentity ? [] : [.. source.Identities.Select(identities.ClientIdOf).Distinct(StringComparer.Ordinal)];
        Resources = IsAnyResource ? [] : [.. source.Resources.Distinct(StringComparer.Ordinal)];
        Broads = [.. Resources.Select(ResourceName.Broad).Distinct(StringComparer.Ordinal)];
        NamesApplication = Broads.Any(static name => Guid.TryParseExact(name, "D", out _));
    }

    /// <summary>The rule's name.</summary>
    public string Rule { get; }

    /// <summary>The rule's own mode, or null.</summary>
    public PolicyMode? Mode { get; }

    public DenyPermission Source { get; }

    public bool IsAnyIdentity { get; }

    public bool IsAnyResource { get; }

    /// <summary>The client ids that are named; empty if any identity matches.</summary>
    public ImmutableArray<string> Identities { get; }

    /// <summary>The resources that are named, as written; empty if any resource matches.</summary>
    public ImmutableArray<string> Resources { get; }

    /// <summary>The resources that are named, in the form that denies compare.</summary>
    public ImmutableArray<string> Broads { get; }

    /// <summary>Whether a resource is named by its application id, which also matches the audience of a token for any resource.</summary>
    public bool NamesApplication { get; }

    /// <summary>Whether the deny covers every request on its path, not only requests for credentials.</summary>
    public bool IsUnconditional => Source.Identities.IsDefault && Source.Resources.IsDefault;

    private static bool IsAny(ImmutableArray<string> names) => names.IsDefault || names.Contains("*", StringComparer.Ordinal);
}
