using System.Globalization;
using System.Text.Json.Nodes;

namespace ImdsProxy.Core.Tests.Audit.Ocsf;

/// <summary>
/// Facts about the schema's version 1.8.0: the attributes of API Activity with the security-control profile and of the objects in it, their
/// types, which are required, and the values of enumerations.
/// </summary>
internal static class OcsfFacts
{
    private static readonly JsonNode Facts = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Audit/Ocsf/facts.json")))!;

    /// <summary>The version of the schema.</summary>
    public static string Version => (string)Facts["version"]!;

    /// <summary>Returns how an event breaks the schema.</summary>
    public static IEnumerable<string> Problems(JsonObject activity) => Problems(activity, Facts["class"]!.AsObject(), "");

    private static IEnumerable<string> Problems(JsonObject subject, JsonObject attributes, string place) =>
        attributes.Where(attribute => (bool?)attribute.Value!["required"] == true && !subject.ContainsKey(attribute.Key)).Select(attribute => $"{place}{attribute.Key} is required")
            .Concat(subject.SelectMany(member => attributes[member.Key] is { } fact
                ? ProblemsOf(member.Value, fact, $"{place}{member.Key}")
                : [$"{place}{member.Key} is no attribute"]));

    private static IEnumerable<string> ProblemsOf(JsonNode? value, JsonNode fact, string place) =>
        (bool?)fact["isArray"] != true ? ProblemsOfOne(value, fact, place)
        : value is JsonArray items ? items.SelectMany(item => ProblemsOfOne(item, fact, place))
        : [$"{place} is no array"];

    private static IEnumerable<string> ProblemsOfOne(JsonNode? value, JsonNode fact, string place)
    {
        if (fact["values"] is JsonArray values && !values.Any(allowed => (string)allowed! == string.Create(CultureInfo.InvariantCulture, $"{value}")))
        {
            yield return $"{place} has the value {value}";
        }

        var type = (string)fact["type"]!;
        if (Facts["objects"]![type] is { } known)
        {
            foreach (var problem in value is JsonObject inner ? ProblemsOfObject(inner, known, place) : [$"{place} is no object"])
            {
                yield return problem;
            }
        }
        else if (!IsOfType(value, type))
        {
            yield return $"{place} is no {type}: {value}";
        }
    }

    private static IEnumerable<string> ProblemsOfObject(JsonObject subject, JsonNode fact, string place)
    {
        var problems = Problems(subject, fact["attributes"]!.AsObject(), $"{place}.");
        return fact["atLeastOne"] is JsonArray some && !some.Any(name => subject.ContainsKey((string)name!))
            ? problems.Append($"{place} has none of {some.ToJsonString()}")
            : problems;
    }

    private static bool IsOfType(JsonNode? value, string type) => type switch
    {
        "integer_t" or "long_t" or "timestamp_t" or "port_t" => value is JsonValue number && number.TryGetValue<long>(out _),
        "boolean_t" => value is JsonValue flag && flag.TryGetValue<bool>(out _),
        "json_t" or "object" => value is JsonObject,
        _ => value is JsonValue text && text.TryGetValue<string>(out _),
    };
}
