using System.Collections.Immutable;
using ImdsProxy.Audit.Search;

namespace ImdsProxy.Commands.Audit;

/// <summary>In which form and how many lines are shown.</summary>
internal sealed record AuditOutput(string Form, int? Last, long? First, bool Follow, bool Coloured)
{
    /// <summary>The renderer of the form. JSON goes to the stream, everything else to the writer upon it.</summary>
    public IRecordRenderer Renderer(Stream stream, TextWriter text, ImmutableArray<AuditColumn> columns) => Form switch
    {
        "json" => new JsonRenderer(stream, columns),
        "table" => new TableRenderer(text, columns),
        "csv" => new CsvRenderer(text, columns),
        _ => new CompactRenderer(text, Coloured),
    };
}
