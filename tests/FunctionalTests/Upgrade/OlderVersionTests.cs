using System.Text.Json.Nodes;
using ImdsProxy.FakeImds;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Upgrade;

/// <summary>What an older version left on a node, in the folder <c>older</c> as it wrote it, is read and continued by this version.</summary>
public sealed class OlderVersionTests : IDisposable
{
    /// <summary>The requests of the older version's two lives, of each verdict.</summary>
    private const int Recorded = 150;

    private const string Revision = "59a93a3116a2";

    private static readonly string Older = Path.Combine(AppContext.BaseDirectory, "Upgrade/older");

    private readonly NodeFiles _node = new(Older);

    [Fact]
    public async Task Log_OfAnOlderVersion_IsVerified()
    {
        var (exit, output, errors) = await Commands.RunAsync("audit", "verify", _node.Log);

        exit.ShouldBe(0, errors);
        output.ShouldStartWith("312 records in 6 segments of 4 chains; 6 known chain heads match\n");
    }

    [Theory]
    [InlineData("allowed", "--issued")]
    [InlineData("denied", "--path", "/metadata/instance")]
    public async Task Log_OfAnOlderVersion_IsSearched(string verdict, params string[] flags)
    {
        var found = await SearchAsync([_node.Log, "--verdict", verdict, "--namespace", "apps", "--revision", Revision, .. flags]);

        found.Count.ShouldBe(Recorded);
        found.ShouldAllBe(static record => (string?)record["caller"]!["pod"] == "web" && (string?)record["node"] == "node-1");
    }

    [Theory]
    [InlineData("audit", "stats", "LOG", "--by", "demand")]
    [InlineData("policy", "simulate", "POLICY", "LOG")]
    [InlineData("policy", "suggest", "LOG", "--base", "POLICY")]
    public async Task Workbench_ReadsTheLogOfAnOlderVersion(params string[] command)
    {
        var (exit, output, errors) = await Commands.RunAsync([.. command.Select(word => word switch { "LOG" => _node.Log, "POLICY" => _node.Policy, _ => word })]);

        exit.ShouldBe(0, errors + output);
    }

    [Fact]
    public async Task Policy_OfAnOlderVersion_HasTheSameRevision()
    {
        var (exit, output, errors) = await Commands.RunAsync("policy", "check", _node.Policy);

        exit.ShouldBe(0, errors);
        output.ShouldContain(Revision);
        (await Commands.RunAsync("policy", "check", Path.Combine(_node.Log, $"policies/{Revision}.json"))).Output.ShouldContain(Revision);
    }

    [Fact]
    public async Task Serve_OnTheDirectoriesOfAnOlderVersion_UsesItsPolicyAndContinuesItsLog()
    {
        await using var imds = await FakeImdsServer.StartAsync();
        using (var proxy = await UpgradedProxy.StartAsync(_node, imds.Address))
        {
            (await proxy.AskAsync("/metadata/versions")).Status.ShouldBe(200);
            (await proxy.AskAsync("/metadata/instance?api-version=2021-02-01")).Status.ShouldBe(403);
            (await proxy.TerminateAsync()).ShouldBe(0);
        }

        var (exit, output, errors) = await Commands.RunAsync("audit", "verify", _node.Log);
        exit.ShouldBe(0, errors);
        output.ShouldContain("segments of 6 chains");
        (await SearchAsync([_node.Log, "--kind", "request", "--revision", Revision])).Count.ShouldBe((2 * Recorded) + 2);
    }

    public void Dispose() => _node.Dispose();

    private static async Task<IReadOnlyList<JsonNode>> SearchAsync(string[] arguments)
    {
        var (exit, output, errors) = await Commands.RunAsync(["audit", "search", .. arguments, "-o", "json"]);
        exit.ShouldBe(0, errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
    }
}
