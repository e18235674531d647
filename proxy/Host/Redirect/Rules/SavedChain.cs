using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>A chain as it is on the node. Its rules are parsed on first use, because most chains of a node are never inspected.</summary>
internal sealed class SavedChain(string name)
{
    private readonly List<string> _lines = [];
    private ImmutableArray<Rule> _rules;

    public string Name { get; } = name;

    public int Count => _lines.Count;

    public IReadOnlyList<string> Lines => _lines;

    public ImmutableArray<Rule> Rules => _rules.IsDefault ? _rules = [.. _lines.Select(RuleParser.Parse)] : _rules;

    public void Add(string line) => _lines.Add(line);
}
