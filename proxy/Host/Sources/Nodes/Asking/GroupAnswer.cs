using System.Text.Json;
using ImdsProxy.Audit.Search;
using ImdsProxy.Sources.Nodes.Format;

namespace ImdsProxy.Sources.Nodes.Asking;

/// <summary>The groups of one part. They are added to the sum when all have arrived.</summary>
internal sealed class GroupAnswer(AuditStats sum, Lock gate) : IPartAnswer
{
    private readonly List<NodeGroup> _groups = [];

    /// <summary>The lines that the node skipped.</summary>
    public long Skipped { get; private set; }

    /// <inheritdoc />
    public ValueTask AddAsync(ReadOnlyMemory<byte> line)
    {
        try
        {
            _groups.Add(JsonSerializer.Deserialize(line.Span, NodeJson.Default.NodeGroup) ?? throw new FormatException("a group is empty"));
            return ValueTask.CompletedTask;
        }
        catch (JsonException e)
        {
            throw new FormatException("a group is of another version", e);
        }
    }

    /// <inheritdoc />
    public void Complete(NodeAnswerEnd end)
    {
        Skipped = end.Skipped;
        lock (gate)
        {
            _groups.ForEach(group => sum.Add(group.Key, group.Count, group.Latency));
        }
    }
}
