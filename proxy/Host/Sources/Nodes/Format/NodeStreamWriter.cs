using System.Text.Json;

namespace ImdsProxy.Sources.Nodes.Format;

/// <summary>Writes a node's answer.</summary>
internal sealed class NodeStreamWriter(Stream output)
{
    private long _lines;

    /// <summary>Writes the first line at once, so that the other side can tell a slow search from a slow start.</summary>
    public async Task BeginAsync(string kind)
    {
        await output.WriteAsync(NodeStream.Header(kind));
        await FeedAsync();
        await output.FlushAsync();
    }

    public async ValueTask AddAsync(ReadOnlyMemory<byte> line)
    {
        _lines++;
        await output.WriteAsync(line);
        await FeedAsync();
    }

    public Task FlushAsync() => output.FlushAsync();

    /// <param name="skipped">The number of lines that are not records.</param>
    /// <param name="unread">The parts of the log that could not be read.</param>
    /// <param name="clusters">The clusters that the records name.</param>
    public async Task EndAsync(long skipped, IEnumerable<NodeAnswerEnd.Part> unread, IEnumerable<string> clusters)
    {
        await output.WriteAsync(NodeStream.End.ToArray());
        await output.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new NodeAnswerEnd(_lines, skipped, [.. unread], [.. clusters]), NodeJson.Default.NodeAnswerEnd));
        await FeedAsync();
        await output.FlushAsync();
    }

    private ValueTask FeedAsync() => output.WriteAsync("\n"u8.ToArray());
}
