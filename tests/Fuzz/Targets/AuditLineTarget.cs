using System.Text.Json;
using ImdsProxy.Core.Audit;

namespace ImdsProxy.Fuzz.Targets;

/// <summary>A line of the log: its fields equal those that another JSON reader finds at the same places.</summary>
internal sealed class AuditLineTarget : IFuzzTarget
{
    private readonly AuditLine _fields = new();

    public bool Run(ReadOnlyMemory<byte> input)
    {
        var line = input.Span;
        if (!_fields.TryParse(line))
        {
            return false;
        }

        using var document = JsonDocument.Parse(input);
        foreach (var field in Enum.GetValues<AuditField>())
        {
            _fields.GetText(line, field);
            _fields.TryGetNumber(line, field, out _);
        }

        IsFirst(document.RootElement, "kind", AuditField.Kind, line);
        IsFirst(document.RootElement, "verdict", AuditField.Verdict, line);
        IsFirst(document.RootElement, "rule", AuditField.Rule, line);
        return true;
    }

    private void IsFirst(JsonElement root, string name, AuditField field, ReadOnlySpan<byte> line)
    {
        var first = Json.Members(root, name, StringComparison.Ordinal).Find(static value => value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object));
        FuzzCheck.That(_fields.Has(field) == (first.ValueKind != JsonValueKind.Undefined), "a field is found exactly if it exists");
        if (Json.Text(first) is { } text)
        {
            FuzzCheck.That(_fields.GetText(line, field) == text, "a field has the text at its place");
        }
    }
}
