using System.Text;
using System.Text.Json;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Proofs.Tests;
using ImdsProxy.Core.Tests.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Proofs.Tests;

public sealed class PolicyTestsLoaderTests
{
    private static readonly PolicyDocument Example = PolicyLoader.Load(File.ReadAllBytes("policy.example.json")).Document!;
    private static readonly SchemaEvaluator Schema = new(JsonDocument.Parse(File.ReadAllBytes("policy.tests.schema.json")).RootElement);

    [Theory]
    [MemberData(nameof(PolicyTestsCases.All), MemberType = typeof(PolicyTestsCases))]
    public void Load_Document_ReportsExactlyItsProblems(PolicyCase tests)
    {
        ArgumentNullException.ThrowIfNull(tests);

        var load = PolicyTestsLoader.Load(Encoding.UTF8.GetBytes(tests.Json), Example);

        var found = load.Problems.Select(static problem => $"E {problem.Pointer}:{problem.Line} {problem.Message}").ToList();
        found.Count.ShouldBe(tests.Problems.Length, string.Join('\n', found));
        foreach (var (actual, expected) in found.Zip(tests.Problems))
        {
            var place = expected.IndexOf(' ', expected.IndexOf(':', StringComparison.Ordinal));
            actual.ShouldStartWith(expected[..(place + 1)], Case.Sensitive);
            actual.ShouldContain(expected[(place + 1)..], Case.Sensitive);
        }

        (load.Tests is null).ShouldBe(tests.Problems.Length > 0);
    }

    [Theory]
    [MemberData(nameof(PolicyTestsCases.All), MemberType = typeof(PolicyTestsCases))]
    public void Schema_Document_RefusesWhatTheTableSays(PolicyCase tests)
    {
        ArgumentNullException.ThrowIfNull(tests);

        Accepts(tests.Json).ShouldBe(!tests.SchemaRefuses);
        if (tests.Problems.Length == 0)
        {
            tests.SchemaRefuses.ShouldBeFalse("the loader accepts it, so the schema must");
        }
    }

    // A proof about a misspelt name holds, and says nothing about the name that was meant.
    [Theory]
    [InlineData("""{"namespaces":["kube-sytem"]}""", "{}", "/never/0/workloads/0/namespaces/0:2 never[0].workloads[0].namespaces[0] 'kube-sytem': no rule mentions this namespace: did you mean 'kube-system'?")]
    [InlineData("""{"namespaces":["payments"]}""", "{}", "/never/0/workloads/0/namespaces/0:2 never[0].workloads[0].namespaces[0] 'payments': no rule mentions this namespace: check the spelling")]
    [InlineData("""{"namespaces":["logging"],"serviceAccounts":["fluentbit"]}""", "{}", "/never/0/workloads/0/serviceAccounts/0:2 never[0].workloads[0].serviceAccounts[0] 'fluentbit': no rule mentions this service account: did you mean 'fluent-bit'?")]
    [InlineData("""{"owners":["DaemonSet/x"]}""", "{}", "/never/0/workloads/0/owners/0:2 never[0].workloads[0].owners[0] 'DaemonSet/x': no rule mentions this owner")]
    [InlineData("{}", """{"identities":["e5dbcd30-9b3d-4041-b791-ac23f9038176"]}""", "/never/0/allow/0/identities/0:2 never[0].allow[0].identities[0] 'e5dbcd30-9b3d-4041-b791-ac23f9038176': neither an alias nor a rule has this client id: check it")]
    [InlineData("{}", """{"resources":["https://mangement.azure.com"]}""", "/never/0/allow/0/resources/0:2 never[0].allow[0].resources[0] 'https://mangement.azure.com': no rule mentions this resource: did you mean 'https://management.azure.com'?")]
    [InlineData("{}", """{"path":"/metadata/instnce/**"}""", "/never/0/allow/0/path:2 never[0].allow[0].path '/metadata/instnce/**': no rule mentions this path, and IMDS is not known to have it: check its spelling")]
    [InlineData("""{"namespaces":["kube-*","*","log*"],"serviceAccounts":["fluent-bit"]}""", """{"identities":["kubelet","E5DBCD30-9b3d-4041-b791-ac23f9038175"],"resources":["https://vault.azure.net","https://MANAGEMENT.azure.com/"]}""", null)]
    [InlineData("{}", """{"path":"/metadata/IDENTITY/*"}""", null)]
    public void Load_NameThatThePolicyDoesNotMention_IsAWarning(string workload, string goal, string? warning)
    {
        var load = PolicyTestsLoader.Load(Encoding.UTF8.GetBytes($"{{\"version\":1,\"never\":[\n{{\"name\":\"n\",\"workloads\":[{workload}],\"allow\":[{goal}]}}]}}"), Example);

        load.Problems.ShouldBeEmpty();
        load.Tests.ShouldNotBeNull();
        var found = load.Warnings.Select(static problem => $"{problem.Pointer}:{problem.Line} {problem.Message}").ToList();
        found.Count.ShouldBe(warning is null ? 0 : 1, string.Join('\n', found));
        string.Concat(found).ShouldStartWith(warning ?? "", Case.Sensitive);
    }

    [Fact]
    public void Load_ExampleAndRecipes_HaveNoWarning()
    {
        PolicyTestsLoader.Load(File.ReadAllBytes("policy.tests.json"), Example).Warnings.ShouldBeEmpty();
        foreach (var recipe in Directory.GetFiles("docs/recipes", "*.tests.json"))
        {
            var policy = PolicyLoader.Load(File.ReadAllBytes(recipe.Replace(".tests.json", ".json", StringComparison.Ordinal))).Document!;
            PolicyTestsLoader.Load(File.ReadAllBytes(recipe), policy).Warnings.ShouldBeEmpty(recipe);
        }
    }

    [Fact]
    public void Schema_ExampleAndRecipes_AreAccepted()
    {
        Accepts(File.ReadAllText("policy.tests.json")).ShouldBeTrue();
        foreach (var recipe in Directory.GetFiles("docs/recipes", "*.tests.json"))
        {
            Accepts(File.ReadAllText(recipe)).ShouldBeTrue(recipe);
        }
    }

    [Fact]
    public void Load_TruncatedDocument_ReportsAProblemAndDoesNotThrow()
    {
        var whole = File.ReadAllBytes("policy.tests.json").AsSpan().TrimEnd("\n"u8).ToArray();

        for (var length = 0; length < whole.Length; length++)
        {
            PolicyTestsLoader.Load(whole.AsMemory(0, length), Example).Problems.ShouldNotBeEmpty();
        }
    }

    private static bool Accepts(string json)
    {
        try
        {
            return Schema.Accepts(JsonDocument.Parse(json).RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
