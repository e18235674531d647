using System.Collections.Immutable;

namespace ImdsProxy.Redirect.Rules;

/// <summary>The rules of one backend, as <c>iptables-save</c> wrote them.</summary>
internal sealed class SavedRules
{
    private readonly Dictionary<(string Table, string Chain), SavedChain> _chains = [];

    public IEnumerable<(string Table, SavedChain Chain)> Chains => _chains.Select(c => (c.Key.Table, c.Value));

    public static SavedRules Empty { get; } = new();

    /// <summary>Parses the output of <c>iptables-save</c>, with or without counters.</summary>
    public static SavedRules Parse(string text)
    {
        var saved = new SavedRules();
        var table = "";
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r', ' ');
            if (line.StartsWith('*'))
            {
                table = line[1..];
            }
            else if (line.StartsWith(':'))
            {
                saved.Chain(table, line[1..].Split(' ', 2)[0]);
            }
            else if (WithoutCounters(line) is { } rule && rule.StartsWith("-A ", StringComparison.Ordinal))
            {
                var parts = rule[3..].Split(' ', 2);
                saved.Chain(table, parts[0]).Add(parts.Length > 1 ? parts[1] : "");
            }
        }

        return saved;
    }

    public SavedChain? Find(string table, string chain) => _chains.GetValueOrDefault((table, chain));

    /// <summary>All rules that jump to a chain, each with the chain that holds it.</summary>
    public ImmutableArray<(SavedChain In, string Line)> JumpsTo(string table, string chain) =>
    [
        .. from entry in _chains
           where entry.Key.Table == table
           from line in entry.Value.Lines
           where line.Contains(chain, StringComparison.Ordinal) && RuleParser.Parse(line).Target == chain
           select (entry.Value, line),
    ];

    private static string WithoutCounters(string line) =>
        line.StartsWith('[') && line.IndexOf(']', StringComparison.Ordinal) is var end and > 0 ? line[(end + 1)..].TrimStart() : line;

    private SavedChain Chain(string table, string name)
    {
        if (!_chains.TryGetValue((table, name), out var chain))
        {
            _chains[(table, name)] = chain = new SavedChain(name);
        }

        return chain;
    }
}
