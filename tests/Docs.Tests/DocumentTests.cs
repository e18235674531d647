using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Docs.Tests.Cluster;
using ImdsProxy.Docs.Tests.Documents;
using ImdsProxy.Docs.Tests.Reader;
using Shouldly;
using Xunit;

namespace ImdsProxy.Docs.Tests;

/// <summary>Runs the documents' commands exactly as written and compares the results with what the documents say.</summary>
[Collection(nameof(Node))]
public sealed class DocumentTests(Node node)
{
    public static TheoryData<string> DocumentsWithCommands => [.. Document.All.Where(path => StepsOf(path).Count > 0)];

    [Theory, MemberData(nameof(DocumentsWithCommands))]
    public async Task Commands_OfEachDocument_ProduceTheShownOutput(string path)
    {
        await ChartTools.RequireAsync();
        using var sandbox = new Sandbox(node);
        await using var cluster = await ClusterServer.StartAsync(sandbox);
        var steps = StepsOf(path);
        var script = string.Concat(steps.Select((step, at) => $"printf '\\n{Mark(at)}\\n'\n{step.Commands}\n"));
        var (code, output) = await sandbox.RunAsync($"{SetUp.Of(path)}\n{script}", cluster.Address);

        var told = output.Split("\n@@ ");
        var last = told.Length - 2;
        code.ShouldBe(0, last < 0 ? output : $"{path}:{steps[last].Line}: {steps[last].Commands}\n{told[^1]}");
        foreach (var (step, at) in steps.Select((step, at) => (step, at)))
        {
            step.Shown.Where(line => !Shape.IsAmong(line, told[at + 1].Split('\n'))).ShouldBeEmpty($"{path}:{step.Line}: {step.Commands}\n{told[at + 1]}");
        }
    }

    private static string Mark(int step) => $"@@ {step}";

    private static List<Step> StepsOf(string path) => [.. new Document(path).Blocks.SelectMany(Step.Of)];
}
