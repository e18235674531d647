using ImdsProxy.Core.Audit;

namespace ImdsProxy.Sources.ClickHouse;

/// <summary>Passes on the lines that are records, and counts the others. Anyone who may insert can put any text into a table.</summary>
/// <param name="take">Receives each record.</param>
internal sealed class RecordLines(Func<ReadOnlyMemory<byte>, ValueTask> take)
{
    private readonly AuditLine _fields = new();

    public long Found { get; private set; }

    public long Skipped { get; private set; }

    public ValueTask TakeAsync(ReadOnlyMemory<byte> line)
    {
        if (!_fields.TryParse(line.Span))
        {
            Skipped++;
            return ValueTask.CompletedTask;
        }

        Found++;
        return take(line);
    }
}
