using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>One option of a rule, such as <c>! -d 10.0.0.0/8</c>.</summary>
internal sealed record RuleOption(bool Negated, string Name, ImmutableArray<string> Values)
{
    public string Value => Values.IsEmpty ? "" : Values[0];

    /// <summary>A text that is the same however iptables writes the option.</summary>
    public string Canonical => $"{(Negated ? "! " : "")}{Name} {string.Join(' ', Values.Select(CanonicalValue))}";

    private string CanonicalValue(string value) =>
        Name is "-s" or "-d" && value.EndsWith("/32", StringComparison.Ordinal) ? value[..^3] : value;
}
