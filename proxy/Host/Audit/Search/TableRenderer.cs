using System.Collections.Immutable;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>Renders a table. The first lines determine the column widths; a later line that needs more space widens its column.</summary>
internal sealed class TableRenderer : IRecordRenderer
{
    // Enough to choose column widths. A large result would not fit into memory.
    private const int Sample = 500;

    private readonly TextWriter _output;
    private readonly ImmutableArray<AuditColumn> _columns;
    private readonly AuditLine _fields = new();
    private readonly List<string[]> _rows = [];
    private readonly int[] _widths;
    private bool _begun;

    public TableRenderer(TextWriter output, ImmutableArray<AuditColumn> columns)
    {
        _output = output;
        _columns = columns;
        _widths = [.. columns.Select(column => column.Name.Length)];
    }

    public void Render(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        var row = new string[_columns.Length];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = _columns[i].Of(_fields, line) ?? "-";
            _widths[i] = Math.Max(_widths[i], row[i].Length);
        }

        _rows.Add(row);
        if (_begun || _rows.Count == Sample)
        {
            Flush();
        }
    }

    public void End()
    {
        if (_rows.Count > 0)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (!_begun)
        {
            _begun = true;
            WriteRow([.. _columns.Select(column => column.Name.ToUpperInvariant())]);
        }

        _rows.ForEach(WriteRow);
        _rows.Clear();
    }

    private void WriteRow(string[] row) =>
        _output.WriteLine(string.Join("  ", row.Select((value, i) => i == row.Length - 1 ? value : value.PadRight(_widths[i]))));
}
