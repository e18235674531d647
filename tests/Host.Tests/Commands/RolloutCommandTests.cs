using System.Text.Json.Nodes;
using ImdsProxy.Commands.Audit;
using ImdsProxy.Commands.Rollout;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class RolloutCommandTests : IDisposable
{
    private readonly DemandLog _log = new();

    [Fact]
    public async Task Status_AsText_HasALineForEachNamespace()
    {
        var (exit, output, errors) = await RunAsync("status", Log, "--policy", Policy);

        exit.ShouldBe(0, errors);
        output.ShouldMatch(@"\nlogging +1 +30 +0 +7 +29 +audit +ready +enforce it: rollout plan logging\n");
        output.ShouldMatch(@"\nshop +1 +31 +2 +8 +0 +audit +learning +add a rule for d-[0-9a-f]{12} \(and 1 more\), or leave it out by decision");
    }

    [Fact]
    public async Task Status_AsJson_HasTheDocumentedShape()
    {
        var (_, output, _) = await RunAsync("status", Log, "--policy", Policy, "-o", "json");

        var namespaces = JsonNode.Parse(output)!["namespaces"]!.AsArray();
        namespaces.Count.ShouldBe(2);
        namespaces[0]!.AsObject().Select(static member => member.Key)
            .ShouldBe(["namespace", "workloads", "requests", "uncovered", "wouldDenied7d", "daysSinceNewDemand", "mode", "state", "next"]);
        namespaces[1]!["uncovered"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Status_DemandsThatAreLeftOutByDecision_HoldNothingBack()
    {
        var ids = JsonNode.Parse((await RunAsync("status", Log, "--policy", Policy, "-o", "json")).Output)!["namespaces"]![1]!["uncovered"]!.AsArray()
            .SelectMany(static demand => new[] { "--left-out", (string)demand!["id"]! });

        var (_, output, _) = await RunAsync(["status", Log, "--policy", Policy, .. ids, "-o", "json"]);

        JsonNode.Parse(output)!["namespaces"]![1]!["uncovered"]!.AsArray().ShouldBeEmpty();
    }

    // What used to be answered is denied since shop is enforced.
    [Fact]
    public async Task Status_EnforcedNamespaceWithABrokenDemand_IsFound()
    {
        var denied = _log.Lines[1].Replace("2026-10-01", "2026-11-01", StringComparison.Ordinal).Replace("would-deny", "denied", StringComparison.Ordinal).Replace("\"status\":200", "\"status\":403", StringComparison.Ordinal)
            .Replace(",\"upstream\":{\"status\":403,\"ms\":1,\"cached\":false}", "", StringComparison.Ordinal);
        var enforced = _log.Write("enforced.json", DemandLog.Policy.Replace("\"audit\",", "\"enforce\",", StringComparison.Ordinal));

        var (exit, output, errors) = await RunAsync("status", _log.Write("since.jsonl", _log.Text + denied), "--policy", enforced);

        exit.ShouldBe(1, output + errors);
        output.ShouldContain("regressed");
    }

    [Fact]
    public async Task Plan_ReadyNamespace_WritesTheModesAsValuesOrAsPolicy()
    {
        var (exit, values, errors) = await RunAsync("plan", "logging", "--from", Log, "--policy", Policy);

        exit.ShouldBe(0, errors);
        values.ShouldBe("policy:\n  mode: audit\n  enforceOnly:\n    - {\"namespaces\":[\"logging\"]}\n  auditOnly: []\n");
        var (_, policy, _) = await RunAsync("plan", "logging", "--from", Log, "--policy", Policy, "-o", "policy");
        JsonNode.Parse(policy)!["enforceOnly"]!.ToJsonString().ShouldBe("""[{"namespaces":["logging"]}]""");
        JsonNode.Parse(policy)!["rules"]!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("logging shop", 1, "shop is not enforced. learning: add a rule for ")]
    [InlineData("nobody", 1, "nobody is not enforced. no request of it is on record")]
    [InlineData("shop --anyway", 0, "")]
    public async Task Plan_NamespaceThatIsNotReady_IsRefusedWithItsReason(string arguments, int exit, string says)
    {
        ArgumentNullException.ThrowIfNull(arguments);

        var (ended, output, errors) = await RunAsync(["plan", .. arguments.Split(' '), "--from", Log, "--policy", Policy]);

        ended.ShouldBe(exit);
        errors.ShouldContain(says);
        (output.Length > 0).ShouldBe(exit == 0);
    }

    [Theory]
    [InlineData("policy.tests.json", "allow", 0, "all 1 test of policy.tests.json passed")]
    [InlineData("policy.tests.json", "deny", 1, "policy.tests.json: the test 'ingest' fails: expected")]
    [InlineData("audit.tests.json", "deny", 0, "")]
    public async Task Plan_TestsBesideThePolicy_MustPass(string file, string expect, int exit, string says)
    {
        _log.Write(file, $$"""
            { "version": 1, "examples": [ { "name": "ingest", "caller": { "namespace": "logging", "serviceAccount": "fluent-bit" },
              "request": "GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource={{DemandLog.Kusto}}&client_id={{DemandLog.IngestId}}", "expect": "{{expect}}" } ] }
            """);

        var (ended, output, errors) = await RunAsync("plan", "logging", "--from", Log, "--policy", Policy);

        ended.ShouldBe(exit, errors);
        errors.ShouldContain(says);
        (output.Length > 0).ShouldBe(exit == 0);
    }

    [Fact]
    public async Task Plan_BrokenTestsBesideThePolicy_AreWrongUsage()
    {
        _log.Write("policy.tests.json", """{ "version": 1, "exmples": [] }""");

        var (exit, output, errors) = await RunAsync("plan", "logging", "--from", Log, "--policy", Policy);

        (exit, output).ShouldBe((2, ""));
        errors.ShouldContain("policy.tests.json:1: ");
    }

    [Fact]
    public async Task Status_Header_SaysWhoseModeTheTableShows()
    {
        var (_, output, _) = await RunAsync("status", Log, "--policy", Policy);

        output.ShouldMatch("^policy.json revision [0-9a-f]{12}; MODE is what this policy says, in force or not\n");
    }

    [Fact]
    public async Task Plan_WithoutALog_IsWrongUsage()
    {
        var (exit, _, errors) = await RunAsync("plan", "shop", "--policy", Policy);

        exit.ShouldBe(2);
        errors.ShouldContain("nothing to read");
    }

    [Fact]
    public async Task Stats_ByDemand_ListsWhatWorkloadsAskFor()
    {
        var (exit, output, _) = await _log.RunAsync(AuditStatsCommand.Create(), Log, "--by", "demand");

        exit.ShouldBe(0);
        output.ShouldMatch(@"\nWORKLOAD +WANTS +DAYS +REQUESTS +PODS +NODES +ANSWERED +LAST +ID\n");
        output.ShouldMatch(@"\nshop/web +token https://management\.azure\.com as 91d0a3c4\S+ +1 +1 +1 +1 +1 +2026-10-30 +d-[0-9a-f]{12}\n");
        var (_, json, _) = await _log.RunAsync(AuditStatsCommand.Create(), Log, "--by", "demand", "--top", "2", "-o", "json");
        JsonNode.Parse(json)!["demands"]!.AsArray().Count.ShouldBe(2);
        (await _log.RunAsync(AuditStatsCommand.Create(), Log, "--by", "demand", "-o", "csv")).Exit.ShouldBe(2);
    }

    public void Dispose() => _log.Dispose();

    private string Log => _log.WriteLog();

    private string Policy => _log.Write("policy.json", DemandLog.Policy);

    private Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments) => _log.RunAsync(RolloutCommand.Create(), arguments);
}
