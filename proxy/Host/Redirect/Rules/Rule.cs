using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>A rule as <c>iptables-save</c> writes it, taken apart.</summary>
/// <param name="Text">As it was written, without <c>-A</c> and the chain.</param>
/// <param name="Options">Its options, targets included, modules (<c>-m</c>) and comments not.</param>
/// <param name="Comment">Its comment, if any.</param>
internal sealed record Rule(string Text, ImmutableArray<RuleOption> Options, string? Comment)
{
    private string? _canonical;

    /// <summary>What it jumps or goes to, or null for a rule that only counts.</summary>
    public string? Target => Options.FirstOrDefault(o => o.Name is "-j" or "-g")?.Value;

    public bool IsGoto => Options.Any(o => o.Name == "-g");

    /// <summary>The conditions, without the target and its parameters.</summary>
    public IEnumerable<RuleOption> Conditions => Options.TakeWhile(o => o.Name is not ("-j" or "-g"));

    /// <summary>
    /// Equal for two rules that mean the same. The order of options differs between backends and versions, and so do
    /// the modules named; our comments count, so that rules of an older generation are seen as such.
    /// </summary>
    public string Canonical => _canonical ??=
        string.Join(' ', Options.Select(o => o.Canonical).Order(StringComparer.Ordinal)) + " # " + Comment;
}
