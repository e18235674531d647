using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>A parsed rule.</summary>
/// <param name="Text">The text that <c>iptables-save</c> wrote, without <c>-A</c> and the chain.</param>
/// <param name="Options">The options, including the target, without modules (<c>-m</c>) and comments.</param>
/// <param name="Comment">The comment, or null.</param>
internal sealed record Rule(string Text, ImmutableArray<RuleOption> Options, string? Comment)
{
    private string? _canonical;
    private string? _effect;

    /// <summary>The target of <c>-j</c> or <c>-g</c>, or null for a rule that only counts packets.</summary>
    public string? Target => Options.FirstOrDefault(o => o.Name is "-j" or "-g")?.Value;

    public bool IsGoto => Options.Any(o => o.Name == "-g");

    /// <summary>The conditions, without the target and its parameters.</summary>
    public IEnumerable<RuleOption> Conditions => Options.TakeWhile(o => o.Name is not ("-j" or "-g"));

    /// <summary>
    /// A text that is equal for two rules that do the same. Backends and versions differ in the order of options and in the modules
    /// that they name.
    /// </summary>
    public string Effect => _effect ??= string.Join(' ', Options.Select(o => o.Canonical).Order(StringComparer.Ordinal));

    /// <summary>The effect and the comment, because our comments state the generation of a rule.</summary>
    public string Canonical => _canonical ??= Effect + " # " + Comment;
}
