using System.Text.Json;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Policy;

public sealed class PolicySchemaTests
{
    private static readonly SchemaEvaluator Schema = new(JsonDocument.Parse(File.ReadAllBytes("policy.schema.json")).RootElement);

    [Theory]
    [MemberData(nameof(PolicyCases.All), MemberType = typeof(PolicyCases))]
    public void Schema_EachDocument_MatchesTheTable(PolicyCase policy)
    {
        var accepts = Accepts(policy.Json);

        accepts.ShouldBe(!policy.SchemaRefuses);
        if (!policy.Problems.Any(problem => problem[0] == 'E'))
        {
            accepts.ShouldBeTrue("the validator accepts it, so the schema must too");
        }
    }

    [Fact]
    public void Schema_ExamplePolicy_IsAccepted() => Accepts(File.ReadAllText("policy.example.json")).ShouldBeTrue();

    [Fact]
    public void Evaluator_UnknownKeyword_Fails()
    {
        var evaluator = new SchemaEvaluator(JsonDocument.Parse("""{"multipleOf":2}""").RootElement);

        Should.Throw<NotSupportedException>(() => evaluator.Accepts(JsonDocument.Parse("3").RootElement));
    }

    private static bool Accepts(string json)
    {
        try
        {
            return Schema.Accepts(JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 }).RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No editor accepts text that is not JSON.
            return false;
        }
    }
}
