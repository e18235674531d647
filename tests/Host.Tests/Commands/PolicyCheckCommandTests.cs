using System.Text;
using System.Text.Json;
using ImdsProxy.Commands.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class PolicyCheckCommandTests
{
    private const string Good = """{"version":1,"mode":"audit","rules":[]}""";
    private const string Head = """{"version":1,"mode":"audit"}""";
    private const string Team = """{"rules":[{"name":"x","workloads":[{}],"deny":[{"path":"/metadata/instance"}]}]}""";
    private const string Revision = "71241cd92e1a";
    private const string Bad = "{\"version\":1,\"mode\":\"audit\",\n  \"rules\":[{\"name\":\"x\",\"workloads\":[{}],\n    \"deny\":[{\"path\":\"x\"}]}]}";

    [Fact]
    public async Task Check_GoodPolicy_PrintsItsRevision()
    {
        var (exit, output, errors) = await CheckAsync(Good);

        exit.ShouldBe(0);
        output.ShouldBe($"revision {Revision}\n");
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_BadPolicy_PrintsEachProblemWithItsPlace()
    {
        var (exit, output, _) = await CheckAsync(Bad);

        exit.ShouldBe(1);
        output.ShouldStartWith("<stdin>:3: #/rules/0/deny/0/path: error: rules[0].deny[0].path 'x': begin it with '/': '/x'\nrevision ");
    }

    [Fact]
    public async Task Check_PolicyWithAWarning_Succeeds()
    {
        var (exit, output, _) = await CheckAsync("""{"version":1,"mode":"audit","identities":{"a":{"clientId":"2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6"}},"rules":[]}""");

        exit.ShouldBe(0);
        output.ShouldContain("#/identities/a: warning: identities.a: no rule uses this alias");
    }

    // rules, warning
    public static TheoryData<string, string> WithoutEffect => new()
    {
        {
            """{"name":"a","workloads":[{"namespaces":["x"]}],\n"except":[{"namespaces":["x*"]}],"deny":[{"path":"/metadata/instance"}]}""",
            ":2: #/rules/0: warning: rules[0]: the rule can never match: \"except\" excludes all of its workloads"
        },
        {
            """{"name":"a","workloads":[{"namespaces":["x"]}],\n"allow":[{"path":"/metadata/instance"},\n{"path":"/metadata/versions"}]},{"name":"b","workloads":[{"namespaces":["x","y"]}],"deny":[{"path":"/metadata/versions"}]}""",
            ":4: #/rules/0/allow/1: warning: rules[0].allow[1]: '/metadata/versions' is never allowed, because the rule 'b' denies it to the same workloads: remove one of the two"
        },
        {
            """{"name":"a","workloads":[{"namespaces":["x"]}],"allow":[{"path":"/metadata/instance"}]},\n{"name":"b","workloads":[{"namespaces":["x","y"]}],"allow":[{"path":"/metadata/instance/**"}]}""",
            ":2: #/rules/0: warning: rules[0]: the rule 'a' changes no decision, because of the rule 'b': remove it, or correct it"
        },
    };

    [Theory, MemberData(nameof(WithoutEffect))]
    public async Task Check_RuleWithoutEffect_IsNamedOnceWithTheOtherRule(string rules, string warning)
    {
        ArgumentNullException.ThrowIfNull(rules);

        var (exit, output, _) = await CheckAsync("{\"version\":1,\"mode\":\"audit\",\"rules\":[\n" + rules.Replace("\\n", "\n", StringComparison.Ordinal) + "]}");

        exit.ShouldBe(0, output);
        output.Split('\n').Where(static line => line.Contains("warning", StringComparison.Ordinal)).ShouldBe([$"<stdin>{warning}"]);
    }

    [Fact]
    public async Task Check_RuleWithoutEffectInAFragment_NamesFileAndLine()
    {
        const string shadowed = """{"rules":[{"name":"y","workloads":[{"namespaces":["a"]}],\n"allow":[{"path":"/metadata/instance"}]}]}""";
        var map = JsonSerializer.Serialize(new
        {
            kind = "ConfigMap",
            data = new Dictionary<string, string>(StringComparer.Ordinal) { ["00.json"] = Head, ["a.json"] = Team, ["b.json"] = shadowed.Replace("\\n", "\n", StringComparison.Ordinal) },
        });

        (await CheckAsync(map)).Output.ShouldStartWith("<stdin>[b.json]:2: #/rules/0/allow/0: warning: b.json: rules[0].allow[0]: '/metadata/instance' is never allowed, because the rule 'x' denies it");
    }

    [Theory]
    [InlineData("# a comment\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: p }\ndata:\n  notes.txt: x\n  policy.json: |-\n    ")]
    [InlineData("apiVersion: v1\nkind: Namespace\n---\nkind: ConfigMap\ndata:\n  policy.json: >-\n    ")]
    public async Task Check_ConfigMapInYaml_ChecksItsPolicy(string before)
    {
        var (exit, output, _) = await CheckAsync(before + Good);

        output.ShouldBe($"revision {Revision}\n");
        exit.ShouldBe(0);
    }

    [Fact]
    public async Task Check_ProblemInAConfigMap_HasItsKeyAndLine()
    {
        var yaml = "kind: ConfigMap\ndata:\n  policy.json: |\n    " + Bad.Replace("\n", "\n    ", StringComparison.Ordinal);
        var json = JsonSerializer.Serialize(new { kind = "ConfigMap", data = new Dictionary<string, string>(StringComparer.Ordinal) { ["policy.json"] = Bad } });

        (await CheckAsync(yaml)).Output.ShouldStartWith("<stdin>[policy.json]:3: #/rules/0/deny/0/path: error");
        (await CheckAsync(json)).Output.ShouldStartWith("<stdin>[policy.json]:3: #/rules/0/deny/0/path: error");
    }

    [Theory]
    [InlineData("kind: ConfigMap\ndata: {}", "holds no policy")]
    [InlineData("kind: ConfigMap", "holds no policy")]
    [InlineData("{\"kind\":\"ConfigMap\",\"data\":{\"a.json\":\"{}\",\"a.json\":\"{}\"}}", "holds the key a.json twice")]
    [InlineData("kind: ConfigMap\n---\nkind: ConfigMap", "holds 2 ConfigMaps")]
    [InlineData("a: [", "neither a JSON policy nor YAML")]
    [InlineData(" :\n  a: b", "neither a JSON policy nor YAML")]
    public async Task Check_ManifestWithoutExactlyOnePolicy_Fails(string manifest, string fragment)
    {
        var (exit, output, errors) = await CheckAsync(manifest);

        exit.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldContain(fragment);
    }

    [Fact]
    public async Task Check_ConfigMapOfFragments_ChecksOnePolicyAndNamesTheKey()
    {
        var yaml = $"kind: ConfigMap\ndata:\n  README: x\n  00.json: '{Head}'\n  a.json: '{Team}'\n";

        (await CheckAsync(yaml)).Exit.ShouldBe(0);
        (await CheckAsync(yaml.Replace("\"deny\"", "\"deni\"", StringComparison.Ordinal))).Output
            .ShouldContain("<stdin>[a.json]:1: #/rules/0/deni: error: a.json: rules[0].deni: ");
        (await CheckAsync(yaml.Replace("\"version\"", "\"versiom\"", StringComparison.Ordinal))).Output
            .ShouldContain("<stdin>:1: #: error: the policy: \"version\" is missing");
    }

    [Fact]
    public async Task Check_Directory_ChecksOnePolicyAndNamesTheFile()
    {
        var directory = Directory.CreateTempSubdirectory("imds-proxy-check-");
        try
        {
            var (exit, _, errors) = await CheckAsync("", directory.FullName);
            exit.ShouldBe(1);
            errors.ShouldContain("holds no policy");

            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "00.json"), Head);
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "a.json"), Team);
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, ".a.json.swp.json"), "{");
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "notes.txt"), "{");
            (await CheckAsync("", directory.FullName)).Output.ShouldStartWith("revision ");

            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "b.json"), "\n{");
            (await CheckAsync("", directory.FullName)).Output.ShouldStartWith($"{Path.Combine(directory.FullName, "b.json")}:2: #: error: b.json: ");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Check_MissingFile_IsAUsageError()
    {
        var directory = Directory.CreateTempSubdirectory("imds-proxy-check-");
        try
        {
            (await CheckAsync("", Path.Combine(directory.FullName, "none.json"))).Exit.ShouldBe(2);

            var file = Path.Combine(directory.FullName, "policy.json");
            await File.WriteAllTextAsync(file, Bad);
            (await CheckAsync("", file)).Output.ShouldStartWith($"{file}:3: #/rules/0/deny/0/path: error: ");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<(int Exit, string Output, string Errors)> CheckAsync(string stdin, string path = "-")
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var errors = new StringWriter { NewLine = "\n" };
        var exit = await PolicyCheckCommand.RunAsync(path, () => new MemoryStream(Encoding.UTF8.GetBytes(stdin)), output, errors, CancellationToken.None);
        return (exit, output.ToString(), errors.ToString());
    }
}
