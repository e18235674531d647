using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy;

/// <summary>The identities or resources that a permission names, in the form by which they are compared.</summary>
internal sealed class NameSet
{
    private readonly FrozenSet<string> _names;

    private NameSet(FrozenSet<string> names, bool everything)
    {
        _names = names;
        IsEverything = everything;
    }

    /// <summary>Whether <c>*</c> is among them.</summary>
    public bool IsEverything { get; }

    /// <param name="names">What the permission says; default where it says nothing.</param>
    /// <param name="comparable">The form by which one is compared.</param>
    public static NameSet Of(ImmutableArray<string> names, Func<string, string> comparable) => names.IsDefault
        ? new NameSet([], everything: false)
        : new NameSet(
            names.Where(name => name != "*").Select(comparable).ToFrozenSet(StringComparer.Ordinal),
            names.Contains("*", StringComparer.Ordinal));

    /// <summary>Whether this one is meant. One that is not told is meant by <c>*</c> alone.</summary>
    public bool Contains(string? name) => IsEverything || (name is not null && _names.Contains(name));
}
