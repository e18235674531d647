using System.Text;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>The part of <c>iptables-restore --noflush</c> that the redirect uses, in memory. It fails where the real program fails.</summary>
internal sealed class NodeModel
{
    private static readonly (string Table, string[] Chains)[] BuiltIn =
    [
        ("raw", ["PREROUTING", "OUTPUT"]),
        ("mangle", ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]),
        ("filter", ["INPUT", "FORWARD", "OUTPUT"]),
        ("security", ["INPUT", "FORWARD", "OUTPUT"]),
        ("nat", ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"]),
    ];

    private readonly Dictionary<string, SortedDictionary<string, List<string>>> _tables = BuiltIn.ToDictionary(
        b => b.Table,
        b => new SortedDictionary<string, List<string>>(b.Chains.ToDictionary(c => c, _ => new List<string>(), StringComparer.Ordinal), StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>The tables in the order in which they were committed.</summary>
    public List<string> Committed { get; } = [];

    public void Restore(string text)
    {
        var table = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '*')
            {
                table = line[1..];
            }
            else if (line == "COMMIT")
            {
                Committed.Add(table);
            }
            else
            {
                Execute(_tables[table], line);
            }
        }
    }

    public string Save()
    {
        var text = new StringBuilder();
        foreach (var (table, chains) in _tables)
        {
            text.Append('*').Append(table).Append('\n');
            text.AppendJoin("", chains.Select(c => $":{c.Key} {(IsBuiltIn(table, c.Key) ? "ACCEPT" : "-")} [0:0]\n"));
            text.AppendJoin("", chains.SelectMany(c => c.Value.Select(rule => $"-A {c.Key} {rule}\n")));
            text.Append("COMMIT\n");
        }

        return text.ToString();
    }

    private static void Execute(SortedDictionary<string, List<string>> chains, string line)
    {
        var parts = line.Split(' ', 3);
        switch (parts[0])
        {
            case "-A":
                chains[parts[1]].Add(parts[2]);
                break;
            case "-I":
                chains[parts[1]].Insert(0, parts[2].StartsWith("1 ", StringComparison.Ordinal) ? parts[2][2..] : parts[2]);
                break;
            case "-D" when chains[parts[1]].Remove(parts[2]):
                break;
            case "-F":
                chains[parts[1]].Clear();
                break;
            case "-X" when chains[parts[1]].Count == 0 && !chains.Values.Any(rules => rules.Exists(r => r.EndsWith($" {parts[1]}", StringComparison.Ordinal))):
                chains.Remove(parts[1]);
                break;
            default:
                if (!line.StartsWith(':'))
                {
                    throw new InvalidOperationException($"iptables-restore would fail at: {line}");
                }

                chains[line[1..].Split(' ')[0]] = [];
                break;
        }
    }

    private static bool IsBuiltIn(string table, string chain) => BuiltIn.Any(b => b.Table == table && b.Chains.Contains(chain, StringComparer.Ordinal));
}
