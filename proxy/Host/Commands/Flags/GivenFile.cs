using System.Text.Json;
using ImdsProxy.Runtime;

namespace ImdsProxy.Commands.Flags;

/// <summary>Recognises a file that was given in the wrong place, by its content.</summary>
internal static class GivenFile
{
    // Records and policies begin with what tells them apart.
    private const int Head = 64 << 10;

    // RFC 1952: the first two bytes. Only logs are compressed.
    private static ReadOnlySpan<byte> Gzip => [0x1f, 0x8b];

    /// <summary>What a file or a directory obviously is.</summary>
    internal enum Kind
    {
        Unknown,
        Policy,
        Tests,
        Log,
    }

    /// <summary>Looks at a path. What can't be read is unknown: whoever reads it tells why.</summary>
    public static Kind KindOf(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? Directory.EnumerateFiles(path, "audit-*.jsonl*").Any() ? Kind.Log : Kind.Unknown
                : KindOf(BoundedFile.ReadStart(path, Head));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Kind.Unknown;
        }
    }

    /// <summary>Looks at the start of a file.</summary>
    public static Kind KindOf(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(Gzip))
        {
            return Kind.Log;
        }

        if (start.IndexOf("\nkind: ConfigMap"u8) >= 0 || start.StartsWith("kind: ConfigMap"u8))
        {
            return Kind.Policy;
        }

        var kind = Kind.Unknown;
        try
        {
            // The file may be longer than its start.
            var reader = new Utf8JsonReader(start, isFinalBlock: false, default);
            while (kind == Kind.Unknown && reader.Read())
            {
                kind = reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } ? KindOf(ref reader) : Kind.Unknown;
            }
        }
        catch (JsonException)
        {
            // It is not JSON, or only up to here.
        }

        return kind;
    }

    /// <summary>What to say about a path that does not exist.</summary>
    public static string Missing(string path) => $"'{path}': there is no such file or directory: check the path";

    private static Kind KindOf(ref Utf8JsonReader member) =>
        member.ValueTextEquals("ts"u8) ? Kind.Log
        : member.ValueTextEquals("rules"u8) || member.ValueTextEquals("mode"u8) || member.ValueTextEquals("identities"u8) || member.ValueTextEquals("apiVersion"u8) ? Kind.Policy
        : member.ValueTextEquals("examples"u8) || member.ValueTextEquals("never"u8) ? Kind.Tests
        : Kind.Unknown;
}
