using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Deciding;

/// <summary>The identities or resources that a permission names, in the form in which they are compared.</summary>
internal sealed class NameSet
{
    /// <summary>Most permissions have one or two names. Comparing so few names is no slower than hashing, and building ten thousand hash sets is slow.</summary>
    private const int Few = 4;

    private static readonly NameSet Nothing = new([], everything: false);

    private readonly ImmutableArray<string> _few;
    private readonly HashSet<string>? _many;

    private NameSet(ImmutableArray<string> names, bool everything)
    {
        _few = names.Length <= Few ? names : [];
        _many = names.Length <= Few ? null : names.ToHashSet(StringComparer.Ordinal);
        IsEverything = everything;
    }

    /// <summary>Whether the set contains <c>*</c>.</summary>
    public bool IsEverything { get; }

    /// <param name="names">The names in the permission; default if the permission has no such field.</param>
    /// <param name="comparable">Converts a name to the form in which it is compared.</param>
    public static NameSet Of(ImmutableArray<string> names, Func<string, string> comparable) => names.IsDefault
        ? Nothing
        : new NameSet(
            [.. names.Where(static name => name != "*").Select(comparable)],
            names.Contains("*", StringComparer.Ordinal));

    /// <summary>Whether the set contains a name. Only <c>*</c> contains null.</summary>
    public bool Contains(string? name) => IsEverything || (name is not null && (_many?.Contains(name) ?? IsOneOfFew(name)));

    private bool IsOneOfFew(string name)
    {
        foreach (var known in _few)
        {
            if (known == name)
            {
                return true;
            }
        }

        return false;
    }
}
