using System.Text.Json;
using System.Text.RegularExpressions;

namespace ImdsProxy.TestKit;

/// <summary>Evaluates the subset of JSON Schema (draft 2020-12) that the product's schemas use. An unknown keyword makes it fail.</summary>
/// <param name="root">The schema.</param>
/// <param name="others">Reads the schema of another file that the schema refers to.</param>
public sealed class SchemaEvaluator(JsonElement root, Func<string, JsonElement>? others = null)
{
    private readonly Dictionary<string, SchemaEvaluator> _others = new(StringComparer.Ordinal);

    private static readonly string[] Annotations = ["$schema", "title", "description", "examples", "$defs", "then", "else"];

    public bool Accepts(JsonElement value) => Accepts(root, value);

    /// <summary>The members of a value that the schema does not name, as paths. For schemas without choices.</summary>
    public IEnumerable<string> Undocumented(JsonElement value) => Undocumented(root, value, "");

    private IEnumerable<string> Undocumented(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Resolve(reference.GetString()!) is var (evaluator, target) ? evaluator.Undocumented(target, value, path) : [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value.EnumerateArray().SelectMany(item => Undocumented(items, item, $"{path}[]")),
            JsonValueKind.Object when schema.TryGetProperty("properties", out var properties) => value.EnumerateObject().SelectMany(member =>
                properties.TryGetProperty(member.Name, out var named) ? Undocumented(named, member.Value, $"{path}.{member.Name}") : [$"{path}.{member.Name}"]),
            _ => [],
        };
    }

    private (SchemaEvaluator Evaluator, JsonElement Target) Resolve(string reference)
    {
        var (file, name) = (reference[..reference.IndexOf('#', StringComparison.Ordinal)], reference[(reference.LastIndexOf('/') + 1)..]);
        var evaluator = this;
        if (file.Length > 0 && !_others.TryGetValue(file, out evaluator))
        {
            _others[file] = evaluator = new SchemaEvaluator(others!(file), others);
        }

        return (evaluator, evaluator.Definition(name));
    }

    private JsonElement Definition(string name) => root.GetProperty("$defs").GetProperty(name);

    private bool Accepts(JsonElement schema, JsonElement value) =>
        schema.EnumerateObject().All(keyword => Annotations.Contains(keyword.Name) || Holds(keyword.Name, keyword.Value, schema, value));

    private bool Holds(string keyword, JsonElement argument, JsonElement schema, JsonElement value) => keyword switch
    {
        "$ref" => Resolve(argument.GetString()!) is var (evaluator, target) && evaluator.Accepts(target, value),
        "type" => argument.ValueKind == JsonValueKind.Array
            ? argument.EnumerateArray().Any(type => IsOfType(type.GetString()!, value))
            : IsOfType(argument.GetString()!, value),
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

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException($"the schema uses the type '{type}', which this evaluator does not know"),
    };
}
