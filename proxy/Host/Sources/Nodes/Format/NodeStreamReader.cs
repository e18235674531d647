using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace ImdsProxy.Sources.Nodes.Format;

/// <summary>Reads a node's answer strictly. A node is trusted, but its version may differ, and its answer may break off.</summary>
internal sealed class NodeStreamReader(Stream input, string kind)
{
    /// <summary>The message about an answer that ends too early.</summary>
    public const string BreaksOff = "its answer breaks off";

    private NodeAnswerEnd? _end;
    private long _lines;

    /// <summary>Whether the first line was read. Without it, the other side has not begun to answer.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Reads to the end.</summary>
    /// <param name="take">Receives each line, which is valid only during the call.</param>
    /// <param name="pause">Is called when all lines that have arrived were taken.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <returns>The end of the answer.</returns>
    /// <exception cref="FormatException">The answer is of another version, or incomplete.</exception>
    public async Task<NodeAnswerEnd> ReadAsync(Func<ReadOnlyMemory<byte>, ValueTask> take, Func<ValueTask> pause, CancellationToken cancellation)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            var rest = await TakeLinesAsync(read.Buffer, take);
            if (rest.Length > NodeStream.MostLineBytes)
            {
                throw new FormatException("a line of its answer is too long");
            }

            reader.AdvanceTo(rest.Start, rest.End);
            await pause();
            if (read.IsCompleted)
            {
                return _end is { } end && rest.IsEmpty ? end : throw new FormatException(BreaksOff);
            }
        }
    }

    private async ValueTask<ReadOnlySequence<byte>> TakeLinesAsync(ReadOnlySequence<byte> buffer, Func<ReadOnlyMemory<byte>, ValueTask> take)
    {
        while (buffer.PositionOf((byte)'\n') is { } feed)
        {
            var line = buffer.Slice(0, feed);
            buffer = buffer.Slice(buffer.GetPosition(1, feed));
            var bytes = line.IsSingleSegment ? line.First : line.ToArray();
            if (IsContent(bytes.Span))
            {
                _lines++;
                await take(bytes);
            }
        }

        return buffer;
    }

    private bool IsContent(ReadOnlySpan<byte> line)
    {
        if (!HasBegun)
        {
            HasBegun = line.SequenceEqual(NodeStream.Header(kind)) ? true : throw new FormatException("its answer is of another version");
            return false;
        }

        if (_end is not null)
        {
            throw new FormatException("its answer goes on after its end");
        }

        if (line.StartsWith(NodeStream.End))
        {
            _end = EndOf(line[NodeStream.End.Length..]);
            return false;
        }

        return line.StartsWith((byte)'{') ? true : throw new FormatException("a line of its answer is of an unknown kind");
    }

    private NodeAnswerEnd EndOf(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, NodeJson.Default.NodeAnswerEnd) is { } end && end.Lines == _lines
                ? end
                : throw new FormatException("lines of its answer are missing");
        }
        catch (JsonException e)
        {
            throw new FormatException("the end of its answer is of another version", e);
        }
    }
}
