using System.Buffers;
using System.Text.Json;

namespace ImdsProxy.Kubernetes;

/// <summary>One line of a watch, split but not deserialized: <c>{"type":"ADDED","object":{…}}</c>.</summary>
/// <param name="Type">The event type.</param>
/// <param name="Object">The JSON of the affected object, or of a Status.</param>
internal readonly record struct WatchLine(WatchEventType Type, ReadOnlySequence<byte> Object)
{
    /// <summary>Splits a line. The order of its members does not matter.</summary>
    /// <exception cref="JsonException">The line is not a valid event.</exception>
    public static WatchLine Parse(ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        WatchEventType? type = null;
        ReadOnlySequence<byte>? found = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = TypeOf(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                var start = reader.TokenStartIndex;
                reader.Skip();
                found = line.Slice(start, reader.BytesConsumed - start);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return type is { } known && found is { } json
            ? new WatchLine(known, json)
            : throw new JsonException("a line of the watch has no type or no object");
    }

    private static WatchEventType TypeOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("ADDED"u8) ? WatchEventType.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchEventType.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchEventType.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventType.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchEventType.Error
        : WatchEventType.Other;
}
