using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>The chart supports Helm 3 and Helm 4. All other tests render it with Helm 4.</summary>
public sealed class HelmVersionTests
{
    public static TheoryData<string> Matrix => [.. Values.All.Keys];

    [Theory]
    [InlineData(true, "v3.")]
    [InlineData(false, "v4.")]
    public async Task Helm_Installed_HasTheExpectedVersion(bool three, string version)
    {
        await ChartTools.RequireAsync();

        var (_, output, errors) = await Tools.Program.RunAsync(three ? ChartTools.Helm3 : ChartTools.Helm, ["version", "--short"]);

        output.ShouldStartWith(version, customMessage: errors);
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task Template_WithHelm3_EqualsHelm4(string values)
    {
        var expected = (await Rendered.OfAsync(values)).Text;

        var (code, output, errors) = await Tools.Program.RunAsync(
            ChartTools.Helm3, ["template", "release", Repository.Chart, "-n", Rendered.Namespace, "-f", "-"], input: Values.All[values]);

        code.ShouldBe(0, errors);
        Documents(output).ShouldBe(Documents(expected), ignoreOrder: true);
    }

    [Fact]
    public async Task Lint_WithHelm3_FindsNothing()
    {
        await ChartTools.RequireAsync();

        var (code, output, errors) = await Tools.Program.RunAsync(ChartTools.Helm3, ["lint", "--strict", Repository.Chart]);

        code.ShouldBe(0, output + errors);
    }

    // Helm 3 and Helm 4 order objects of the same kind differently.
    private static IEnumerable<string> Documents(string text) => text.Split("---\n").Select(document => document.Trim()).Where(document => document.Length > 0);
}
