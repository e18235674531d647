using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Workbench;

/// <summary>The answers of the program against the schemas in docs/schemas. Scripts rely on them.</summary>
[SupportedOSPlatform("linux")]
public sealed class AnswerSchemaTests(DemoLog demo) : IClassFixture<DemoLog>, IDisposable
{
    // FOREIGN is no log, so the answer is partial.
    private static readonly (string Schema, int Exit, string Command)[] Commands =
    [
        ("suggest", 0, "policy suggest LOG"),
        ("suggest", 0, "policy suggest LOG --base AUDITED"),
        ("suggest", 3, "policy suggest LOG FOREIGN MISSING"),
        ("simulate", 1, "policy simulate AUDITED LOG"),
        ("simulate", 1, "policy simulate ENFORCED LOG --against AUDITED --as-written"),
        ("simulate", 3, "policy simulate ENFORCED LOG FOREIGN MISSING"),
        ("rollout-status", 0, "rollout status LOG --policy AUDITED"),
        ("rollout-status", 3, "rollout status LOG FOREIGN --policy ENFORCED"),
        ("demands", 0, "audit stats LOG --by demand"),
        ("demands", 3, "audit stats LOG MISSING --by demand"),
        ("diff", 1, "policy diff AUDITED ENFORCED"),
        ("diff", 1, "policy diff ENFORCED AUDITED --as-written"),
        ("who-can", 1, "policy who-can ENFORCED --identity kubelet"),
        ("who-can", 0, "policy who-can ENFORCED --path /metadata/scheduledevents --method POST"),
        ("what-can", 1, "policy what-can ENFORCED logging/fluent-bit"),
        ("test", 0, "policy test policy.example.json policy.tests.json"),
        ("test", 1, "policy test policy.example.json FAILING"),
    ];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("answer-schemas-");

    public static TheoryData<string, int, string> Runs => [.. Commands.Select(static command => (command.Schema, command.Exit, command.Command))];

    [Theory, MemberData(nameof(Runs))]
    public async Task Schema_AnswerOfTheProgram_IsAcceptedAndHasNoUndocumentedMember(string schema, int exit, string command)
    {
        ArgumentNullException.ThrowIfNull(command);

        var (ended, output, errors) = await ProgramRun.OfAsync([.. command.Split(' ').Select(Named), "-o", "json"]);

        ended.ShouldBe(exit, errors);
        var evaluator = Read(schema);
        using var answer = JsonDocument.Parse(output);
        evaluator.Accepts(answer.RootElement).ShouldBeTrue(output);
        evaluator.Undocumented(answer.RootElement).Distinct(StringComparer.Ordinal).ShouldBeEmpty();

        // A schema that accepts everything proves nothing.
        foreach (var (member, _) in JsonNode.Parse(output)!.AsObject())
        {
            var broken = JsonNode.Parse(output)!;
            broken[member] = new JsonArray(1);
            using var document = JsonDocument.Parse(broken.ToJsonString());
            evaluator.Accepts(document.RootElement).ShouldBeFalse($"{member} is an array of numbers");
        }
    }

    [Fact]
    public void Schemas_AllFiles_AreTested() =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "schemas"), "*.json").Select(static path => Path.GetFileName(path)!.Split('.')[0])
            .ShouldBe(Commands.Select(static command => command.Schema).Append("common").Distinct(StringComparer.Ordinal), ignoreOrder: true);

    public void Dispose() => _directory.Delete(recursive: true);

    private static SchemaEvaluator Read(string name) => new(Root($"{name}.schema.json"), Root);

    private static JsonElement Root(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "schemas", file))).RootElement;

    private string Named(string word) => word switch
    {
        "LOG" => demo.At("audit"),
        "AUDITED" => demo.At("audited.json"),
        "ENFORCED" => demo.At("policy.json"),
        "MISSING" => Path.Combine(_directory.FullName, "missing.jsonl"),
        "FOREIGN" => Write("foreign.jsonl", "hello\n"),
        "FAILING" => Write("failing.tests.json", """
            { "version": 1, "never": [ { "name": "nobody", "workloads": [ {} ], "allow": [ { "path": "/metadata/identity/oauth2/token" } ] } ] }
            """),
        _ => word,
    };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
