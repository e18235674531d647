using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>
/// The rules of a good policy by the texts that they were read from. The next policy mostly has the same ones: what stands
/// there word for word need not be read, nor compiled, once more.
/// </summary>
internal sealed class KnownRules
{
    public static readonly KnownRules None = new([], []);

    private readonly Dictionary<ReadOnlyMemory<byte>, PolicyRule> _byText;
    private readonly ImmutableArray<IdentityAlias> _aliases;

    /// <param name="rules">Rules that nothing was to be said of when they were read: what was said has to be said again.</param>
    /// <param name="aliases">What their identities mean.</param>
    public KnownRules(IReadOnlyCollection<PlacedRule> rules, ImmutableArray<IdentityAlias> aliases)
    {
        _aliases = aliases;
        _byText = new Dictionary<ReadOnlyMemory<byte>, PolicyRule>(rules.Count, TextComparer.Instance);
        foreach (var rule in rules)
        {
            _byText[rule.At.Source] = rule.Rule;
        }
    }

    public bool IsEmpty => _byText.Count == 0;

    /// <summary>Whether a text is a rule's, and so is good JSON.</summary>
    public bool Has(ReadOnlyMemory<byte> text) => _byText.ContainsKey(text);

    /// <summary>Those that mean the same with these aliases: all or none.</summary>
    public KnownRules With(AliasBook aliases) => aliases.Declares(_aliases) ? this : None;

    /// <summary>The rule of a text, or null.</summary>
    public PolicyRule? Find(ReadOnlyMemory<byte> text) => _byText.GetValueOrDefault(text);

    private sealed class TextComparer : IEqualityComparer<ReadOnlyMemory<byte>>
    {
        public static readonly TextComparer Instance = new();

        public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<byte> obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(obj.Span);
            return hash.ToHashCode();
        }
    }
}
