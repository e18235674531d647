using System.Text;
using ImdsProxy.Audit.Search;
using ImdsProxy.Core.Audit.Query;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>The scanner of the log: it finds the same lines however the file is divided, and whichever literal it searches for.</summary>
internal sealed class AuditScanTarget : IFuzzTarget
{
    // The scanners are kept because each has its own buffer. Each pair looks for the same lines, one of the two by a literal.
    private readonly UnitScanner _all = Scanner();
    private readonly UnitScanner _one = Scanner(("pod", "web-0"));
    private readonly UnitScanner _several = Scanner(("reason", "no-rule"), ("reason", "bad-request"));
    private readonly UnitScanner _text = Scanner(text: "kind");

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var all = Scan(_all, input, 0, long.MaxValue);
        FuzzCheck.That(all.Count <= input.Span.Count((byte)'\n'), "no more lines are found than exist");
        FuzzCheck.That(Scan(_text, input, 0, long.MaxValue).SequenceEqual(all.Where(line => line.Contains("kind", StringComparison.Ordinal)), StringComparer.Ordinal), "a text is searched for in all lines");
        foreach (var scanner in new[] { _all, _one, _several })
        {
            var whole = Scan(scanner, input, 0, long.MaxValue);
            FuzzCheck.That(whole.TrueForAll(all.Contains), "every matching line is in the file");
            foreach (var at in new[] { 1, input.Length / 3, input.Length / 2, input.Length - 1 }.Where(at => at > 0))
            {
                var divided = Scan(scanner, input, 0, at).Concat(Scan(scanner, input, at, long.MaxValue));
                FuzzCheck.That(whole.SequenceEqual(divided, StringComparer.Ordinal), "a divided file yields the same lines");
            }
        }

        return all.Count > 0;
    }

    private static UnitScanner Scanner(params (string Name, string Value)[] filters)
    {
        var query = new AuditQueryBuilder();
        foreach (var (name, value) in filters)
        {
            query.Add(name, value, negated: false);
        }

        return new UnitScanner(query.Build());
    }

    private static UnitScanner Scanner(string text)
    {
        var query = new AuditQueryBuilder();
        query.AddText(text, negated: false);
        return new UnitScanner(query.Build());
    }

    private static List<string> Scan(UnitScanner scanner, ReadOnlyMemory<byte> input, long start, long end)
    {
        var unit = new ScanUnit(() => new MemoryStream(input.ToArray(), writable: false), start, end, null, null);
        return [.. scanner.Scan(unit).SelectMany(block => Encoding.Latin1.GetString(block.Written).Split('\n', StringSplitOptions.RemoveEmptyEntries))];
    }
}
