using System.Buffers;
using System.Collections.Immutable;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>Renders comma-separated values (RFC 4180) with a header line.</summary>
internal sealed class CsvRenderer : IRecordRenderer
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    private readonly TextWriter _output;
    private readonly ImmutableArray<AuditColumn> _columns;
    private readonly AuditLine _fields = new();

    public CsvRenderer(TextWriter output, ImmutableArray<AuditColumn> columns)
    {
        _output = output;
        _columns = columns;
        _output.WriteLine(string.Join(',', columns.Select(column => column.Name)));
    }

    public void Render(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        for (var i = 0; i < _columns.Length; i++)
        {
            _output.Write(i == 0 ? "" : ",");
            _output.Write(Escape(_columns[i].Of(_fields, line) ?? ""));
        }

        _output.WriteLine();
    }

    public void End()
    {
    }

    // A spreadsheet treats a cell that starts with these characters as a formula (OWASP: CSV injection), and callers
    // choose their user agents.
    public static string Escape(string value)
    {
        var safe = value is ['=' or '+' or '-' or '@', ..] ? "'" + value : value;
        return safe.AsSpan().ContainsAny(Quoted) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
