using System.Collections.Immutable;
using ImdsProxy.Core.Policy.Reading;

namespace ImdsProxy.Core.Proofs.Tests;

/// <summary>The names of one kind that the rules of a policy mention. A name may end in <c>*</c>.</summary>
internal sealed class MentionedNames
{
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Adds the names of one matcher; default adds nothing.</summary>
    public void Add(ImmutableArray<string> names) => _names.UnionWith(names.IsDefault ? [] : names);

    /// <summary>Whether some name of the policy could mean the same workload. <c>*</c> alone names nothing in particular.</summary>
    public bool Covers(string name) => name == "*" || _names.Any(other => other != "*" && Overlap(name, other));

    /// <summary>The name that was probably meant, or null.</summary>
    public string? NearTo(string name) => NearKey.Of(name, _names.Where(static other => other != "*"));

    private static bool Overlap(string one, string other) => (one.EndsWith('*'), other.EndsWith('*')) switch
    {
        (false, false) => one == other,
        (true, false) => other.StartsWith(one[..^1], StringComparison.Ordinal),
        (false, true) => one.StartsWith(other[..^1], StringComparison.Ordinal),
        _ => one.StartsWith(other[..^1], StringComparison.Ordinal) || other.StartsWith(one[..^1], StringComparison.Ordinal),
    };
}
