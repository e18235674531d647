using System.Buffers;
using System.Text.Json;
using ImdsProxy.Core.Redaction;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>Redaction of the instance document: another JSON reader finds hidden fields empty.</summary>
internal sealed class RedactionTarget : IFuzzTarget
{
    private static readonly DocumentView View = DocumentView.Redact(["compute.tags"]);
    private static readonly ImdsRequest Instance = ImdsRequestParser.ParseTarget("GET", "/metadata/instance?api-version=2021-02-01").Request!;

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var shown = new ArrayBufferWriter<byte>();
        if (!InstanceRedaction.TryApply(View, Instance, input.Span, shown))
        {
            return false;
        }

        using var document = JsonDocument.Parse(shown.WrittenMemory);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var tags = Json.Members(document.RootElement, "compute")
            .Where(compute => compute.ValueKind == JsonValueKind.Object)
            .SelectMany(compute => Json.Members(compute, "tags"))
            .ToList();
        FuzzCheck.That(tags.TrueForAll(IsEmpty), "hidden fields are empty");
        return tags.Count > 0;
    }

    private static bool IsEmpty(JsonElement value) => value.GetRawText() is "\"\"" or "0" or "false" or "null" or "{}" or "[]";
}
