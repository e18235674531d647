using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace ImdsProxy.Chart.Tests;

/// <summary>The values, their schema and their table in the README agree.</summary>
public sealed partial class ValuesTests
{
    private static readonly string[] Lines = Repository.Read("charts/imds-proxy/values.yaml").Split('\n');
    private static readonly JsonNode Schema = JsonNode.Parse(Repository.Read("charts/imds-proxy/values.schema.json"))!;
    private static readonly List<(string Path, int Line)> Leaves = [.. LeavesOf("", Root(), Schema)];

    [Fact]
    public void Values_EachHaveAComment()
    {
        Leaves.Count.ShouldBeGreaterThan(50);
        Leaves.Where(leaf => !Lines[leaf.Line - 2].TrimStart().StartsWith("# -- ", StringComparison.Ordinal)).Select(leaf => leaf.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Values_AndSchema_HaveTheSameNames() =>
        SchemaLeaves("", Schema).ShouldBe(Leaves.Select(leaf => leaf.Path).Append("global"), ignoreOrder: true);

    [Fact]
    public void Values_AreInTheTableWithTheirComments()
    {
        var readme = Repository.Read("charts/imds-proxy/README.md");

        var rows = Row().Matches(readme).ToDictionary(row => row.Groups["path"].Value, row => row.Groups["text"].Value, StringComparer.Ordinal);
        rows.ShouldBe(Leaves.ToDictionary(leaf => leaf.Path, leaf => Lines[leaf.Line - 2].Trim()["# -- ".Length..], StringComparer.Ordinal), ignoreOrder: true);
    }

    // The chart's schema can't refer to another file, so it contains a copy of the policy's schema.
    [Fact]
    public void Schema_OfThePolicy_EqualsThePolicysSchema()
    {
        var policy = JsonNode.Parse(Repository.Read("docs/policy.schema.json").Replace("#/$defs/", "#/definitions/", StringComparison.Ordinal))!["$defs"]!.AsObject();
        foreach (var (name, definition) in policy.Where(entry => entry.Key != "resources"))
        {
            JsonNode.DeepEquals(Schema["definitions"]![name], definition).ShouldBeTrue($"definitions/{name} of values.schema.json is no longer $defs/{name} of docs/policy.schema.json: copy it, with definitions for $defs");
        }

        // In the values, a rule is the policy's rule without its name, which is the key.
        var rule = policy["rule"]!.DeepClone();
        rule["properties"]!.AsObject().Remove("name");
        JsonNode.DeepEquals(Schema["definitions"]!["namedRule"]!["properties"], rule["properties"]).ShouldBeTrue("namedRule is no longer a rule without its name");
    }

    private static YamlMappingNode Root()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(string.Join('\n', Lines)));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    // A map whose keys the schema does not list, such as labels, counts as one value.
    private static IEnumerable<(string Path, int Line)> LeavesOf(string path, YamlMappingNode map, JsonNode schema) => map.Children.SelectMany(pair =>
    {
        var name = ((YamlScalarNode)pair.Key).Value!;
        var full = path.Length == 0 ? name : $"{path}.{name}";
        return pair.Value is YamlMappingNode inner && schema["properties"]?[name]?["properties"] is not null && name != "resources"
            ? LeavesOf(full, inner, schema["properties"]![name]!)
            : [(full, (int)pair.Key.Start.Line)];
    });

    private static IEnumerable<string> SchemaLeaves(string path, JsonNode schema) => schema["properties"]!.AsObject().SelectMany(property =>
    {
        var full = path.Length == 0 ? property.Key : $"{path}.{property.Key}";
        return property.Value!["properties"] is not null && property.Key != "resources" ? SchemaLeaves(full, property.Value) : [full];
    });

    [GeneratedRegex(@"^\| `(?<path>[A-Za-z.]+)` \| [^|]* \| (?<text>.*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
