using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>Tests the alerts with Prometheus's own <c>promtool</c>.</summary>
public sealed partial class AlertTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("imds-proxy-alerts-").FullName;

    [Fact]
    public async Task Alerts_Rendered_AreAcceptedByPromtool()
    {
        var rules = await RulesAsync();

        var (code, output, errors) = await Tools.Program.RunAsync("promtool", ["check", "rules", "--lint-fatal", rules], _directory);

        code.ShouldBe(0, output + errors);
    }

    [Fact]
    public async Task Alerts_InTheirTests_FireOnlyWhenExpected()
    {
        await RulesAsync();
        var test = Path.Combine(_directory, "alerts.test.yaml");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Alerts/alerts.test.yaml"), test);

        var (code, output, errors) = await Tools.Program.RunAsync("promtool", ["test", "rules", test], _directory);

        code.ShouldBe(0, output + errors);
    }

    [Fact]
    public void Alerts_EachHaveATest()
    {
        var tests = Repository.Read("tests/Chart.Tests/Alerts/alerts.test.yaml");
        var alerts = Alert().Matches(Repository.Read("charts/imds-proxy/templates/prometheusrule.yaml")).Select(match => match.Groups["name"].Value).ToList();

        alerts.Count.ShouldBeGreaterThan(10);
        alerts.Where(alert => !tests.Contains($"- {{ alertname: {alert}, eval_time: ", StringComparison.Ordinal)).ShouldBeEmpty("each alert must first be quiet");
        alerts.Where(alert => !tests.Contains($"- alertname: {alert}\n", StringComparison.Ordinal)).ShouldBeEmpty("each alert must fire later");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<string> RulesAsync()
    {
        Assert.SkipUnless(Tools.Program.IsThere("promtool"), "promtool is not installed: Debian's package prometheus has it");
        var spec = (await Rendered.OfAsync("everything")).One("PrometheusRule")["spec"]!;
        var path = Path.Combine(_directory, "rules.json");

        // JSON is valid YAML.
        await File.WriteAllTextAsync(path, new JsonObject { ["groups"] = spec["groups"]!.DeepClone() }.ToJsonString());
        return path;
    }

    [GeneratedRegex("alert: (?<name>ImdsProxy[A-Za-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alert();
}
