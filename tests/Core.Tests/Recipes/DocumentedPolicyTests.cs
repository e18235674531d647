using System.Text.RegularExpressions;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Proofs;
using ImdsProxy.Core.Proofs.Tests;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Recipes;

/// <summary>The policies in the documentation decide as the documentation says.</summary>
public sealed partial class DocumentedPolicyTests
{
    private const string TestsEnding = ".tests.json";

    private static readonly string Docs = Path.Combine(AppContext.BaseDirectory, "docs");

    private static string[] RecipesWithTests => [.. Directory.GetFiles(Path.Combine(Docs, "recipes")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    // title, policy, decisions
    public static TheoryData<string, string, string> Documented
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var recipe in Recipe().Matches(File.ReadAllText(Path.Combine(Docs, "recipes.md"))).Cast<Match>())
            {
                var file = recipe.Groups["file"].Value;
                data.Add(file, File.ReadAllText(Path.Combine(Docs, "recipes", file)), recipe.Groups["decisions"].Value);
            }

            foreach (var example in Example().Matches(File.ReadAllText(Path.Combine(Docs, "migrate.md"))).Cast<Match>())
            {
                data.Add(example.Groups["decisions"].Value.Split('\n')[0], example.Groups["policy"].Value, example.Groups["decisions"].Value);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Documented))]
    public void DocumentedPolicy_DecidesAsDocumented(string title, string policy, string lines)
    {
        var decisions = new Decisions(policy);

        decisions.Problems.ShouldBeEmpty(title);
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            decisions.Of(line).ShouldBe(line.Split(' ')[0], line);
        }
    }

    [Fact]
    public void Recipes_AreAllDocumentedWithTheirAllowsAndDenies()
    {
        var recipes = Recipe().Matches(File.ReadAllText(Path.Combine(Docs, "recipes.md"))).ToDictionary(match => match.Groups["file"].Value, match => match.Groups["decisions"].Value, StringComparer.Ordinal);

        RecipesWithTests.ShouldBe(recipes.Keys.SelectMany(static file => new[] { file, TestsOf(file) }), ignoreOrder: true);
        recipes.Values.ShouldAllBe(lines => lines.Contains("allowed", StringComparison.Ordinal) && lines.Contains("denied", StringComparison.Ordinal));
    }

    [Fact]
    public void RecipeTests_EachHaveANeverAndPass()
    {
        foreach (var file in RecipesWithTests.Where(static file => !file.EndsWith(TestsEnding, StringComparison.Ordinal)))
        {
            var policy = PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Docs, "recipes", file))).Document.ShouldNotBeNull(file);
            var tests = PolicyTestsLoader.Load(File.ReadAllBytes(Path.Combine(Docs, "recipes", TestsOf(file))), policy).Tests.ShouldNotBeNull(file);

            tests.Nevers.ShouldNotBeEmpty(file);
            PolicyTestRun.Of(policy, tests).Where(static result => !result.Passed).ShouldBeEmpty(file);
        }
    }

    // Under break glass only a rule with "mode": "enforce" denies, so the guard must name every endpoint that issues credentials.
    [Theory]
    [InlineData("policy.example.json", "policy.tests.json")]
    [InlineData("docs/recipes/kubelet-identity.json", "docs/recipes/kubelet-identity.tests.json")]
    public void GuardOfTheKubeletsIdentity_UnderBreakGlass_Holds(string policyFile, string testsFile)
    {
        var policy = PolicyLoader.Load(File.ReadAllBytes(policyFile)).Document.ShouldNotBeNull();
        var tests = PolicyTestsLoader.Load(File.ReadAllBytes(testsFile), policy).Tests.ShouldNotBeNull();

        PolicyTestRun.Of(policy, tests, Assumption.Override).Single(static result => result.Name == "only kube-system gets the kubelet's identity").Failure.ShouldBeEmpty();
    }

    [Fact]
    public void MigrationExamples_EachHaveDecisions()
    {
        var text = File.ReadAllText(Path.Combine(Docs, "migrate.md"));

        Example().Count(text).ShouldBe(text.Split("```json\n").Length - 1);
        Example().Count(text).ShouldBeGreaterThanOrEqualTo(4);
    }

    private static string TestsOf(string recipe) => Path.ChangeExtension(recipe, TestsEnding);

    [GeneratedRegex(@"\(recipes/(?<file>[a-z-]+\.json)\)\n```decisions\n(?<decisions>[^`]+)```", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Recipe();

    [GeneratedRegex(@"```json\n(?<policy>[^`]+)```\n```decisions\n(?<decisions>[^`]+)```", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Example();
}
