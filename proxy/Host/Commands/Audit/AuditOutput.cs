using System.Collections.Immutable;
using ImdsProxy.Audit.Search;

namespace ImdsProxy.Commands.Audit;

/// <summary>How results are shown: the format, the number of lines, and whether to follow the log.</summary>
internal sealed record AuditOutput(string Form, int? Last, long? First, bool Follow, bool Coloured)
{
    /// <summary>Creates the renderer for the format. JSON is written to the stream, other formats to the text writer on top of it.</summary>
    public IRecordRenderer Renderer(Stream stream, TextWriter text, ImmutableArray<AuditColumn> columns) => Form switch
    {
        "json" => new JsonRenderer(stream, columns),
        "table" => new TableRenderer(text, columns),
        "csv" => new CsvRenderer(text, columns),
        _ => new CompactRenderer(text, Coloured),
    };
}
