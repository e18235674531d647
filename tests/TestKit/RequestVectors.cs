using System.Collections.Immutable;

namespace ImdsProxy.TestKit;

/// <summary>The table <c>vectors/requests.tsv</c>.</summary>
public static class RequestVectors
{
    /// <summary>All rows, in the file's order.</summary>
    public static ImmutableArray<RequestVector> All { get; } = Load();

    /// <summary>The row with a name. Tests name their cases by it, so that a test runner can list them.</summary>
    public static RequestVector Named(string name) => All.Single(vector => vector.Name == name);

    private static ImmutableArray<RequestVector> Load() =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "vectors", "requests.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => Parse(line.Split('\t'))),
    ];

    private static RequestVector Parse(string[] columns)
    {
        var outcome = columns[4].Split(' ', 2);
        return new(
            columns[0],
            columns[1],
            columns[2],
            Headers(columns[3]),
            Enum.Parse<VectorOutcome>(outcome[0], ignoreCase: true),
            outcome.Length == 2 ? outcome[1] : null,
            columns.ElementAtOrDefault(5)?.Contains("sent as HTTP/1.0", StringComparison.Ordinal) == true);
    }

    // "Each carries Host and 'Metadata: true' unless its headers say otherwise."
    private static ImmutableArray<KeyValuePair<string, string>> Headers(string column)
    {
        var own = column.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(Header).ToImmutableArray();
        return
        [
            .. RawRequest.DefaultHeaders.Where(usual => !own.Any(header => header.Key.Equals(usual.Key, StringComparison.OrdinalIgnoreCase))),
            .. own,
        ];
    }

    private static KeyValuePair<string, string> Header(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return new(text[..colon], text[(colon + 1)..].Trim());
    }
}
