using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Write;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>Keeps the lines of the audit log in order.</summary>
internal sealed class AuditLines : IRecordOutput
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];

    /// <summary>Whether writing fails.</summary>
    public bool IsFull { get; set; }

    /// <summary>All written lines, unchanged.</summary>
    public string Text => string.Join('\n', Lines(""));

    public IReadOnlyList<JsonNode> All => Parsed("");

    public IReadOnlyList<JsonNode> Requests => Parsed("\"kind\":\"request\"");

    public IReadOnlyList<JsonNode> Events(string name) => Parsed($"\"kind\":\"event\",\"event\":\"{name}\"");

    public void Write(ReadOnlySpan<byte> lines)
    {
        if (IsFull)
        {
            throw new IOException("no space left on device");
        }

        var text = Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lock (_gate)
        {
            _lines.AddRange(text);
        }
    }

    private IReadOnlyList<JsonNode> Parsed(string part) => [.. Lines(part).Select(line => JsonNode.Parse(line)!)];

    private List<string> Lines(string part)
    {
        lock (_gate)
        {
            return _lines.FindAll(line => line.Contains(part, StringComparison.Ordinal));
        }
    }
}
