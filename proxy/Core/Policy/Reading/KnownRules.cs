using System.Collections.Immutable;

namespace ImdsProxy.Core.Policy.Reading;

/// <summary>
/// The rules of a valid policy, indexed by their source text. The next policy usually repeats most rules word for
/// word, and repeated rules need not be read or compiled again.
/// </summary>
internal sealed class KnownRules
{
    public static readonly KnownRules None = new([], []);

    private readonly Dictionary<ReadOnlyMemory<byte>, PolicyRule> _byText;
    private readonly ImmutableArray<IdentityAlias> _aliases;

    /// <param name="rules">The rules without an error or a warning. Warnings must be reported again with each load, so the other rules are read again.</param>
    /// <param name="aliases">The aliases that the rules use.</param>
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

    /// <summary>Whether a text is that of a known rule, and therefore valid JSON.</summary>
    public bool Has(ReadOnlyMemory<byte> text) => _byText.ContainsKey(text);

    /// <summary>This instance, if these aliases are the same as those of the known rules; otherwise <see cref="None"/>.</summary>
    public KnownRules With(AliasBook aliases) => aliases.Declares(_aliases) ? this : None;

    /// <summary>The rule with this text, or null.</summary>
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
