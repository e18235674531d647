using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Segments;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Audit.Chain;

/// <summary>The last whole line of a chain.</summary>
/// <param name="Instance">The chain's instance.</param>
/// <param name="Seq">The number of the line.</param>
/// <param name="Hash">The hash of the line.</param>
/// <param name="Segment">The uncompressed name of the segment that holds the line.</param>
internal sealed record ChainHead(string Instance, long Seq, string Hash, string Segment)
{
    // The longest last line that can be found at the end of a segment.
    private const int Tail = 1 << 20;

    /// <summary>Returns the heads of all chains that have a segment in a directory.</summary>
    public static IReadOnlyList<ChainHead> ReadAll(string directory) =>
    [
        .. SegmentEntry.ReadAll(directory)
            .GroupBy(entry => entry.Name.Instance, StringComparer.Ordinal)
            .Select(chain => chain.Reverse().Select(TryRead).FirstOrDefault(head => head is not null))
            .OfType<ChainHead>(),
    ];

    /// <summary>Returns the last whole line of a segment, or null if the segment has no whole line.</summary>
    public static ChainHead? TryRead(SegmentEntry segment)
    {
        try
        {
            using var lines = new SegmentReader(OpenAtTail(segment));
            var last = new LineBuffer();
            while (lines.TryRead(out var line))
            {
                if (!lines.Torn && line.StartsWith("{\"ts\":"u8))
                {
                    last.Clear();
                    line.CopyTo(last.GetSpan(line.Length));
                    last.Advance(line.Length);
                }
            }

            return Read(segment, last.Written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The segment was removed meanwhile, or may not be read. The verifier then knows one head fewer.
            return null;
        }
    }

    /// <summary>Returns the heads that an event names.</summary>
    public static IEnumerable<ChainHead> ToldBy(JsonObject fields)
    {
        foreach (var head in (fields["chains"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (Text(head, "instance") is { } instance && Text(head, "hash") is { } hash && head["seq"] is JsonValue seq && seq.TryGetValue(out long number))
            {
                yield return new ChainHead(instance, number, hash, Text(head, "segment") ?? "");
            }
        }
    }

    /// <summary>Parses a line as JSON. Returns null if it is not JSON.</summary>
    public static JsonNode? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonNode.Parse(line, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Returns the text of a field, or null if the field has no text.</summary>
    public static string? Text(JsonObject fields, string key) =>
        fields[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    // The last segment of a chain is never compressed, so this usually costs one read.
    private static Stream OpenAtTail(SegmentEntry segment)
    {
        var stream = segment.Open();
        if (!segment.Compressed)
        {
            stream.Position = Math.Max(0, stream.Length - Tail);
        }

        return stream;
    }

    private static ChainHead? Read(SegmentEntry segment, ReadOnlySpan<byte> line)
    {
        var fields = new AuditLine();
        if (!fields.TryParse(line) || !fields.TryGetNumber(line, AuditField.Seq, out var seq))
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[64];
        ChainHash.Of(line, hash);
        return new ChainHead(segment.Name.Instance, (long)seq, Encoding.ASCII.GetString(hash), segment.Name.ToString());
    }
}
