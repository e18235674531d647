using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Docs.Tests.Documents;
using ImdsProxy.Stores.Tests.Tools;
using ImdsProxy.TestKit.Stores;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;
using Programs = ImdsProxy.Chart.Tests.Tools.Program;

namespace ImdsProxy.Stores.Tests;

/// <summary>Every KQL query against its table, with Microsoft's language service; every LogQL query with Grafana's grammar.</summary>
public sealed partial class QueryLanguageTests
{
    private const string Page = "docs/audit-search.md";

    // Azure Monitor's reference of the table, without its billing columns.
    private const string ContainerLog =
        "(TimeGenerated:datetime, Computer:string, ContainerId:string, ContainerName:string, KubernetesMetadata:dynamic, LogLevel:string, LogMessage:dynamic, LogSource:string, PodName:string, PodNamespace:string, SourceSystem:string, TenantId:string, Type:string)";

    [Fact]
    public async Task Kql_OfTheDocuments_FitsBothTables()
    {
        await InstalledTools.RequireAsync();
        var queries = Inline("KQL");
        queries.Count.ShouldBeGreaterThan(6);

        // The documented table of Azure Data Explorer, and the function in Log Analytics.
        (await KqlAsync([("ImdsAudit", Columns().Match(Repository.Read(Page)).Groups["columns"].Value)], [], queries)).ShouldBeEmpty();
        (await KqlAsync([("ContainerLogV2", ContainerLog)], [Parser()], queries)).ShouldBeEmpty();
    }

    public static TheoryData<string> Rules => [.. Directory.GetFiles(Repository.At("deploy/sentinel/rules"), "*.yaml").Select(static path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Rules))]
    public async Task Kql_OfASentinelRule_FitsTheFunction(string file)
    {
        await InstalledTools.RequireAsync();
        var rule = Yaml(file);

        (await KqlAsync([("ContainerLogV2", ContainerLog)], [Parser()], [Parser().Body.Trim('{', '}'), Text(rule, "query")])).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Rules))]
    public void SentinelRule_Each_HasWhatSentinelNeedsAndNamesFalsePositives(string file)
    {
        var rule = Yaml(file);

        foreach (var key in new[] { "id", "kind", "name", "version", "severity", "description", "queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold", "query" })
        {
            Text(rule, key).ShouldNotBeNullOrWhiteSpace(key);
        }

        Guid.TryParse(Text(rule, "id"), out _).ShouldBeTrue();
        Text(rule, "severity").ShouldBeOneOf("High", "Medium", "Low", "Informational");
        Text(rule, "description").ShouldContain("False positives:\n- ");
        Repository.Read("deploy/sentinel/README.md").ShouldContain($"`{Path.GetFileNameWithoutExtension(file)}`");
    }

    // The check finds errors.
    [Theory]
    [InlineData("ImdsAudit | where Missing == 1", "Missing")]
    [InlineData("ImdsAudit | where Verdict == ", "Missing expression")]
    [InlineData("ImdsAudit | summarize nosuch(Verdict)", "nosuch")]
    public async Task Kql_WithAnError_IsReported(string query, string message)
    {
        await InstalledTools.RequireAsync();

        (await KqlAsync([("ContainerLogV2", ContainerLog)], [Parser()], [query])).ShouldHaveSingleItem().ShouldContain(message);
    }

    [Fact]
    public async Task LogQl_OfTheDocuments_FollowsTheGrammar()
    {
        await InstalledTools.RequireAsync();
        var queries = Inline("LogQL");
        queries.Count.ShouldBeGreaterThan(5);

        (await LogQlAsync(queries)).ShouldBeEmpty();
        (await LogQlAsync(["""{a="b" | json"""])).ShouldNotBeEmpty();
    }

    // Every "KQL: `…`" in a page.
    private static List<string> Inline(string language) =>
        [.. Document.All.SelectMany(page => Query().Matches(Repository.Read(page)).Where(match => match.Groups["language"].Value == language).Select(static match => match.Groups["query"].Value))];

    private static (string Name, string Body) Parser() => ("ImdsAudit", $"{{{Repository.Read("deploy/sentinel/ImdsAudit.kql")}}}");

    private static YamlMappingNode Yaml(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read($"deploy/sentinel/rules/{file}")));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static string Text(YamlMappingNode rule, string key) => rule.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value! : "";

    private static Task<List<string>> KqlAsync(IEnumerable<(string Name, string Columns)> tables, IEnumerable<(string Name, string Body)> functions, IReadOnlyList<string> queries)
    {
        var input = new JsonObject
        {
            ["tables"] = new JsonArray([.. tables.Select(static table => new JsonObject { ["name"] = table.Name, ["columns"] = table.Columns })]),
            ["functions"] = new JsonArray([.. functions.Select(static function => new JsonObject { ["name"] = function.Name, ["parameters"] = "()", ["body"] = function.Body })]),
            ["queries"] = new JsonArray([.. queries.Select(static query => JsonValue.Create(query))]),
        };
        return CheckAsync("kql.js", input, queries);
    }

    private static Task<List<string>> LogQlAsync(IReadOnlyList<string> queries) =>
        CheckAsync("logql.mjs", new JsonArray([.. queries.Select(static query => JsonValue.Create(query))]), queries);

    private static async Task<List<string>> CheckAsync(string script, JsonNode input, IReadOnlyList<string> queries)
    {
        var (code, output, errors) = await Programs.RunAsync("node", [StoreTools.Script(script)], StoreTools.Directory, input.ToJsonString());
        code.ShouldBe(0, errors);
        var answers = JsonSerializer.Deserialize<List<List<string>>>(output)!;
        answers.Count.ShouldBe(queries.Count);
        return [.. answers.SelectMany((answer, at) => answer.Count == 0 ? [] : new[] { $"{queries[at]}: {string.Join("; ", answer)}" })];
    }

    [GeneratedRegex("(?<language>KQL|LogQL): `(?<query>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Query();

    [GeneratedRegex(@"\.create table ImdsAudit (?<columns>\([^)]*\))", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Columns();
}
