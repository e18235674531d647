using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.FakeKubernetes;
using ImdsProxy.TestKit.Fleet;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Nodes;

/// <summary><c>--nodes</c> with the real kubectl, over WebSocket, to the real program on the directory of each node.</summary>
public sealed class NodesTests : IAsyncLifetime
{
    private static readonly string[] Nodes = ["aks-0", "aks-1", "aks-2"];

    private readonly DirectoryInfo _together = Directory.CreateTempSubdirectory("together-");
    private SimulatedFleet _fleet = null!;

    public async ValueTask InitializeAsync()
    {
        await FleetCommand.RequireKubectlAsync();
        _fleet = await SimulatedFleet.StartAsync(Nodes);
        await RandomFleet.WriteAsync(_fleet, Nodes, _together.FullName, lines: 60, seed: 4711);
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        _together.Delete(recursive: true);
    }

    // Lines travel as they are, counts and demands reduced.
    [Theory]
    [InlineData("audit search", "-o json")]
    [InlineData("audit search", "--verdict denied --not --namespace shop")]
    [InlineData("audit search", "--issued --resource https://api.kusto.windows.net -o table")]
    [InlineData("audit search", "--since 2026-11-21T04:01:00Z --until 2026-11-21T04:04:00Z -o csv --fields time,node,pod")]
    [InlineData("audit search", "--last 17")]
    [InlineData("audit search", "--first 17 --kind request")]
    [InlineData("audit search", "--text --pod")]
    [InlineData("audit search", "--user-agent a*")]
    [InlineData("audit stats", "--by node,verdict,resource -o csv")]
    [InlineData("audit stats", "--by time:1m --top 3 --not --verdict allowed")]
    [InlineData("audit stats", "--by demand -o json --since 2026-11-21T04:01:00Z")]
    [InlineData("audit convert", "--to ocsf --not --verdict allowed")]
    [InlineData("policy suggest", "-o fragment --namespace shop")]
    [InlineData("policy simulate POLICY", "-o json")]
    [InlineData("rollout status", "--policy POLICY -o json")]
    [InlineData("rollout plan shop", "--policy POLICY -o policy --anyway", "--from")]
    public async Task Nodes_AnyQuery_AnswersAsOneDirectoryOfAllDoes(string command, string flags, string? from = null)
    {
        string[] given = [.. $"{command} {flags}".Replace("POLICY", Path.Combine(AppContext.BaseDirectory, "policy.example.json"), StringComparison.Ordinal).Split(' ')];

        var one = await _fleet.RunAsync([.. given, .. from is null ? [] : new[] { from }, _together.FullName]);
        var all = await _fleet.RunAsync([.. given, "--nodes", "--parallel", "2"]);

        all.Errors.ShouldBe(one.Errors);
        all.Code.ShouldBe(one.Code);
        one.Code.ShouldNotBe(2);
        WithoutTrailer(all.Output).ShouldBe(one.Output.Lines());
    }

    [Fact]
    public async Task Nodes_WithASelectorOrANodeFilter_AsksOnlyThoseNodes()
    {
        var labelled = FakeNodes.Node("aks-1");
        labelled["metadata"]!["labels"]!["agentpool"] = "gpu";
        _fleet.Cluster.Put("nodes", labelled);
        var empty = FakeNodes.Node("aks-9");
        empty["metadata"]!["labels"]!["agentpool"] = "gpu";
        _fleet.Cluster.Put("nodes", empty);

        var selected = await _fleet.RunAsync("audit", "stats", "--nodes", "agentpool=gpu", "--by", "node", "-o", "csv");
        var filtered = await _fleet.RunAsync("audit", "stats", "--nodes", "--node", "aks-2", "--by", "node", "-o", "csv");

        selected.Code.ShouldBe(3);
        selected.Output.ShouldContain("aks-1,60");
        selected.Errors.ShouldContain("node aks-9 did not answer: no proxy runs on it");
        filtered.Output.Lines().Length.ShouldBe(2);
        _fleet.Exec.Requests.Select(static request => request.Pod).ShouldBe(["imds-proxy-aks-1", "imds-proxy-aks-2"]);
    }

    [Fact]
    public async Task Nodes_InARollout_AsksOnePodOfANode()
    {
        _fleet.Cluster.Put("pods", SimulatedFleet.PodNamed("imds-proxy-new", "aks-1", isReady: false, created: "2026-11-21T05:00:00Z"));
        _fleet.Cluster.Put("pods", SimulatedFleet.PodNamed("imds-proxy-newest", "aks-2", created: "2026-11-21T05:00:00Z"));

        var answer = await _fleet.RunAsync("audit", "stats", "--nodes", "--by", "kind", "-o", "csv");

        answer.Output.ShouldContain("request,180,");
        _fleet.Exec.Requests.Select(static request => request.Pod).Order(StringComparer.Ordinal).ShouldBe(["imds-proxy-aks-0", "imds-proxy-aks-1", "imds-proxy-newest"]);
    }

    [Fact]
    public async Task Nodes_WithTheRedirectsLog_ReadsBothContainers()
    {
        foreach (var node in Nodes)
        {
            await new FleetLog(node, "f00d").AddEvent(RandomFleet.Start, "redirect-applied").WriteAsync(_fleet.RedirectLogOf(node), RandomFleet.Start);
        }

        var without = await _fleet.RunAsync("audit", "search", "--nodes", "--event", "redirect-*");
        var with = await _fleet.RunAsync("audit", "search", "--nodes", "--redirect-log", "--event", "redirect-*");

        (without.Code, without.Output).ShouldBe((1, ""));
        (with.Code, with.Output.Lines().Length).ShouldBe((0, Nodes.Length));
    }

    [Fact]
    public async Task Nodes_Followed_ShowNewLinesOfEachUntilTheUserEndsIt()
    {
        using var following = Process.Start(_fleet.Command("audit", "search", "--nodes", "-f", "--last", "1", "-o", "json", "--fields", "node,seq"))!;
        (await following.StandardOutput.ReadLineAsync()).ShouldNotBeNull();
        for (var n = 1; n < Nodes.Length; n++)
        {
            await following.StandardOutput.ReadLineAsync();
        }

        await new FleetLog("aks-2", "beef").AddInstance(RandomFleet.Start.AddHours(1), FleetLog.Pod("shop", "web", "web-1")).WriteAsync(_fleet.LogOf("aks-2"), RandomFleet.Start.AddHours(1));

        (await following.StandardOutput.ReadLineAsync()).ShouldBe("""{"node":"aks-2","seq":"1"}""");
        using (Process.Start("kill", ["-INT", $"{following.Id}"]))
        {
            await following.WaitForExitAsync();
        }

        following.ExitCode.ShouldBe(0);
        await Eventually.HoldsAsync(() => _fleet.Exec.Running == 0, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Nodes_MoreThanParallel_AreNotFollowed()
    {
        var (code, _, errors) = await _fleet.RunAsync("audit", "top", "--nodes", "--parallel", "2");

        code.ShouldBe(2);
        errors.ShouldContain("3 logs can't be followed at once with --parallel 2");
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "audit search /var/log --nodes", "'/var/log': a path can't be combined with --nodes; give one of the two" },
        { "audit search --nodes --management 127.0.0.1:1", "--management and --nodes each name a source; give one of the two" },
        { "audit stats --nodes --kubectl /no/such/kubectl", "/no/such/kubectl can't be started" },
        { "audit search --nodes --proxy-namespace elsewhere", "no proxy is found: elsewhere has no pod" },
        { "audit search --nodes --proxy-namespace --x=y", "--proxy-namespace: '--x=y': write a namespace" },
        { "audit search --nodes --context other", "kubectl can't list the proxies: error: context \"other\" does not exist" },
        { "audit search --nodes --parallel 0", "write a number from 1 to 1000" },
        { "audit search --nodes --timeout 10ms", "write a duration from 1s to 1h" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Nodes_WrongUsage_IsRefusedWithASentence(string command, string sentence)
    {
        var (code, output, errors) = await _fleet.RunAsync(command.Split(' '));

        (code, output).ShouldBe((2, ""));
        errors.ShouldContain(sentence);
    }

    [Fact]
    public async Task Plugin_WithoutASource_SearchesAllNodes()
    {
        // A link to the program, as it is installed. kubectl finds it on the PATH.
        var bin = Directory.CreateTempSubdirectory("bin-");
        var program = Path.Combine(bin.FullName, "kubectl-imds");
        File.CreateSymbolicLink(program, ImdsProxyProgram.Command is [var published] ? published : Path.Combine(AppContext.BaseDirectory, "imds-proxy"));
        var start = _fleet.Command();
        start.FileName = RealKubectl.Path;
        start.ArgumentList.Clear();
        foreach (var argument in (string[])["imds", "audit", "stats", "--by", "node", "-o", "csv"])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PATH"] = $"{bin.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

        var (code, output, errors) = await FleetCommand.EndAsync(start);
        bin.Delete(recursive: true);

        errors.ShouldBe("");
        code.ShouldBe(0);
        output.Lines().Length.ShouldBe(1 + Nodes.Length);
    }

    // The trailer of a complete answer says so.
    private static string[] WithoutTrailer(string output)
    {
        var lines = output.Lines();
        if (lines is not [.., var last] || !last.StartsWith("{\"trailer\":", StringComparison.Ordinal))
        {
            return lines;
        }

        var trailer = JsonNode.Parse(last)!["trailer"]!;
        ((int)trailer["asked"]!, (int)trailer["answered"]!).ShouldBe((Nodes.Length, Nodes.Length));
        return lines[..^1];
    }
}
