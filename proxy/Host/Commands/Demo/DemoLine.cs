using System.Text.Json;

namespace ImdsProxy.Commands.Demo;

/// <summary>The fields of an audit log line that the demo displays.</summary>
internal sealed record DemoLine
{
    private static readonly string[] EventFields = ["version", "revision", "mode", "from", "to", "refusedRevision"];

    /// <summary><c>HH:mm:ss</c>, UTC.</summary>
    public required string Time { get; init; }

    /// <summary>An event's name, or null for a request.</summary>
    public string? Event { get; init; }

    public string Verdict { get; init; } = "";

    public string Reason { get; init; } = "";

    public string? Rule { get; init; }

    /// <summary>The event's other fields, as text.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The revision of the policy that a <c>policy-loaded</c> event names, or null for other lines.</summary>
    public string? Loaded { get; init; }

    public string Caller { get; init; } = "";

    public string Method { get; init; } = "";

    /// <summary>The path, or the raw target if the request was malformed.</summary>
    public string Path { get; init; } = "";

    public string? Resource { get; init; }

    public string? SelectorKind { get; init; }

    public string? SelectorValue { get; init; }

    public int Status { get; init; }

    public static DemoLine Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        var time = Text(root, "ts")![11..19];
        return Text(root, "event") is { } name
            ? new DemoLine { Time = time, Event = name, Detail = Details(root), Loaded = name == "policy-loaded" ? Text(root, "revision") : null }
            : Record(root, time);
    }

    private static DemoLine Record(JsonElement root, string time)
    {
        var caller = Member(root, "caller");
        var request = Member(root, "request");
        var selector = Member(request, "selector");
        return new DemoLine
        {
            Time = time,
            Verdict = Text(root, "verdict") ?? "",
            Reason = Text(root, "reason") ?? "",
            Rule = Text(root, "rule"),
            Caller = Text(caller, "pod") is { } pod ? $"{Text(caller, "namespace")}/{pod}" : Text(caller, "ip") ?? "",
            Method = Text(request, "method") ?? "",
            Path = Text(request, "path") ?? Text(request, "rawTarget") ?? "",
            Resource = Text(request, "resource"),
            SelectorKind = Text(selector, "kind"),
            SelectorValue = Text(selector, "value"),
            Status = Member(Member(root, "response"), "status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : 0,
        };
    }

    private static string Details(JsonElement root) => string.Join(
        ", ",
        from name in EventFields
        let value = Text(root, name)
        where value is not null
        select $"{name} {value}");

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } member ? Printable(member.GetString()!) : null;

    // A pod chooses these values and they go to a terminal, so control characters must not get through.
    private static string Printable(string text) => string.Concat(text.Select(character => character is >= ' ' and <= '~' ? character : '?'));
}
