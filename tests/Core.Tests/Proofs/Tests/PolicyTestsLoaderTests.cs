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
