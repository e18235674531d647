using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Search;

/// <summary>Renders lines unchanged, or as objects with the selected fields.</summary>
internal sealed class JsonRenderer : IRecordRenderer, IDisposable
{
    private readonly Stream _output;
    private readonly ImmutableArray<AuditColumn> _columns;
    private readonly AuditLine _fields = new();
    private readonly LineBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;

    public JsonRenderer(Stream output, ImmutableArray<AuditColumn> columns)
    {
        _output = output;
        _columns = columns;
        _json = new Utf8JsonWriter(_buffer);
    }

    public void Render(ReadOnlySpan<byte> line)
    {
        if (_columns.IsDefaultOrEmpty)
        {
            // Our own lines are printable ASCII. Foreign lines may contain terminal control characters.
            _output.Write(line.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? line : Encoding.UTF8.GetBytes(AuditColumn.Printable(Encoding.UTF8.GetString(line))));
        }
        else
        {
            WriteColumns(line);
        }

        _output.WriteByte((byte)'\n');
    }

    public void End()
    {
    }

    public void Dispose() => _json.Dispose();

    private void WriteColumns(ReadOnlySpan<byte> line)
    {
        _fields.TryParse(line);
        _buffer.Clear();
        _json.Reset();
        _json.WriteStartObject();
        foreach (var column in _columns)
        {
            if (column.Of(_fields, line) is { } value)
            {
                _json.WriteString(column.Name, value);
            }
        }

        _json.WriteEndObject();
        _json.Flush();
        _output.Write(_buffer.Written);
    }
}
