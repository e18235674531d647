using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImdsProxy.Core.Tests.Policy;

/// <summary>Evaluates the subset of JSON Schema (draft 2020-12) that the policy's schema uses. An unknown keyword makes it fail.</summary>
internal sealed class SchemaEvaluator(JsonElement root)
{
    private static readonly string[] Annotations = ["$schema", "title", "description", "examples", "$defs", "then", "else"];

    public bool Accepts(JsonElement value) => Accepts(root, value);

    private bool Accepts(JsonElement schema, JsonElement value) =>
        schema.EnumerateObject().All(keyword => Annotations.Contains(keyword.Name) || Holds(keyword.Name, keyword.Value, schema, value));

    private bool Holds(string keyword, JsonElement argument, JsonElement schema, JsonElement value) => keyword switch
    {
        "$ref" => Accepts(root.GetProperty("$defs").GetProperty(argument.GetString()!["#/$defs/".Length..]), value),
        "type" => IsOfType(argument.GetString()!, value.ValueKind),
        "const" => JsonElement.DeepEquals(argument, value),
        "enum" => argument.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
        "not" => !Accepts(argument, value),
        "anyOf" => argument.EnumerateArray().Any(option => Accepts(option, value)),
        "if" => Accepts(argument, value) ? HoldsIfThere(schema, "then", value) : HoldsIfThere(schema, "else", value),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, argument.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= argument.GetInt32(),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= argument.GetInt32(),
        "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(item => Accepts(argument, item)),
        "required" or "minProperties" or "properties" or "propertyNames" or "additionalProperties" =>
            value.ValueKind != JsonValueKind.Object || HoldsForObject(keyword, argument, schema, value),
        _ => throw new NotSupportedException($"the schema uses '{keyword}', which this evaluator does not know"),
    };

    private bool HoldsForObject(string keyword, JsonElement argument, JsonElement schema, JsonElement value) => keyword switch
    {
        "required" => argument.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        "minProperties" => value.EnumerateObject().Count() >= argument.GetInt32(),
        "properties" => argument.EnumerateObject().All(property => !value.TryGetProperty(property.Name, out var member) || Accepts(property.Value, member)),
        "propertyNames" => value.EnumerateObject().All(member => Accepts(argument, JsonSerializer.SerializeToElement(member.Name))),
        _ => value.EnumerateObject().Where(member => !IsNamed(schema, member.Name)).All(member => AcceptsAdditional(argument, member.Value)),
    };

    private bool HoldsIfThere(JsonElement schema, string keyword, JsonElement value) =>
        !schema.TryGetProperty(keyword, out var branch) || Accepts(branch, value);

    private bool AcceptsAdditional(JsonElement argument, JsonElement value) =>
        argument.ValueKind != JsonValueKind.False && Accepts(argument, value);

    private static bool IsNamed(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out _);

    private static bool IsOfType(string type, JsonValueKind kind) => type switch
    {
        "object" => kind == JsonValueKind.Object,
        "array" => kind == JsonValueKind.Array,
        "string" => kind == JsonValueKind.String,
        "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
        _ => throw new NotSupportedException($"the schema uses the type '{type}', which this evaluator does not know"),
    };
}
