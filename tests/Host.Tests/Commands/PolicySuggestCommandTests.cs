using System.Text.Json.Nodes;
using ImdsProxy.Commands;
using ImdsProxy.Commands.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class PolicySuggestCommandTests : IDisposable
{
    private readonly DemandLog _log = new();

    [Fact]
    public async Task Suggest_AsText_ProposesWhatIsNeededAndSaysWhyTheRestIsNot()
    {
        var (exit, output, errors) = await SuggestAsync();

        exit.ShouldBe(0, errors);
        errors.ShouldBeEmpty();
        output.ShouldMatch(@"WORKLOAD +WANTS +DAYS +REQUESTS +LAST +PROPOSAL\n");
        output.ShouldMatch(@"logging/fluent-bit +token https://api\.kusto\.windows\.net as \S+ +30 of 30 +30 +2026-10-30 +allow by \S+\n");
        output.ShouldMatch(@"shop/web +GET /metadata/instance/compute/location +30 of 30 +30 +2026-10-30 +allow by \S+\n");
        output.ShouldMatch(@"LEFT OUT  late: .*\n.*\n +shop/web +token https://management\.azure\.com as 91d0a3c4\S+ +1 +1 +2026-10-30 +d-[0-9a-f]{12}\n");
        output.ShouldContain("imds-proxy policy suggest log.jsonl -o fragment > policy.json\n  imds-proxy policy simulate policy.json log.jsonl\n");
    }

    [Fact]
    public async Task Suggest_WithoutABase_WritesAPolicyThatPassesCheckAndBreaksOnlyWhatIsLeftOut()
    {
        var (_, policy, _) = await SuggestAsync("-o", "fragment");
        var path = _log.Write("suggested.json", policy);

        (await RootCommandLine.InvokeAsync(["policy", "check", path])).ShouldBe(0);
        var (exit, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), path, _log.WriteLog());
        exit.ShouldBe(1);
        output.ShouldContain("unchanged 60, would break 1, would open 0, not judged 0");
    }

    [Fact]
    public async Task Suggest_OnItsOwnResult_ProposesNothing()
    {
        var path = _log.Write("suggested.json", (await SuggestAsync("-o", "fragment")).Output);

        var (exit, output, _) = await SuggestAsync("--base", path);

        exit.ShouldBe(0);
        output.ShouldContain("\nNothing is proposed.\n");
        output.ShouldContain("already-allowed: the base allows it already\n  2 demands, 60 requests\n");
    }

    [Fact]
    public async Task Suggest_FragmentOfABase_HoldsOnlyWhatIsNewAndMergesWithIt()
    {
        var parts = Directory.CreateDirectory(_log.At("policy.d")).FullName;
        var basePath = _log.Write("policy.d/base.json", DemandLog.Policy);

        var (_, fragment, _) = await SuggestAsync("--base", basePath, "-o", "fragment");

        JsonNode.Parse(fragment)!.AsObject().Select(static member => member.Key).ShouldBe(["identities", "rules"]);
        JsonNode.Parse(fragment)!["rules"]!.AsArray().ShouldHaveSingleItem()!["workloads"]!.ToJsonString().ShouldBe("""[{"namespaces":["shop"],"serviceAccounts":["web"]}]""");
        _log.Write("policy.d/suggested.json", fragment);
        var (_, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), parts, _log.WriteLog());
        output.ShouldContain("unchanged 60, would break 1, would open 0");
    }

    [Fact]
    public async Task Suggest_AsValues_IsWhatTheChartTakes()
    {
        var (_, output, _) = await SuggestAsync("--base", _log.Write("base.json", DemandLog.Policy), "-o", "values");

        output.ShouldBe("""
            policy:
              identities: {}
              rules:
                "shop-web":
                  description: "Suggested from the audit log, for Deployment/web."
                  workloads:
                    - {"namespaces":["shop"],"serviceAccounts":["web"]}
                  allow:
                    - {"path":"/metadata/instance/compute/location"}

            """);
    }

    [Fact]
    public async Task Suggest_AsJson_HasTheDocumentedShape()
    {
        var (_, output, _) = await SuggestAsync("-o", "json");

        var answer = JsonNode.Parse(output)!.AsObject();
        answer.Select(static member => member.Key).ShouldBe(["base", "coverage", "policy", "proposed", "leftOut"]);
        answer["base"].ShouldBeNull();
        ((string)answer["policy"]!["mode"]!).ShouldBe("audit");
        answer["policy"]!["rules"]!.AsArray().Count.ShouldBe(2);
        var proposed = answer["proposed"]!.AsArray();
        proposed.Select(static proposal => (string)proposal!["kind"]!).ShouldBe(["allow", "allow"]);
        proposed[0]!.AsObject().Select(static member => member.Key).ShouldBe(["demand", "rule", "kind"]);
        var left = answer["leftOut"]!.AsArray().ShouldHaveSingleItem()!.AsObject();
        left.Select(static member => member.Key).ShouldBe(["demand", "reason", "requests", "acceptable"]);
        ((string)left["reason"]!).ShouldBe("late");
        ((string)left["demand"]!["identity"]!["clientId"]!).ShouldBe(DemandLog.StolenId);
    }

    [Fact]
    public async Task Suggest_Accept_PutsInExactlyThatDemand()
    {
        var id = (string)JsonNode.Parse((await SuggestAsync("-o", "json")).Output)!["leftOut"]![0]!["demand"]!["id"]!;

        var (exit, output, _) = await SuggestAsync("--accept", id, "-o", "json");

        exit.ShouldBe(0);
        JsonNode.Parse(output)!["leftOut"]!.AsArray().ShouldBeEmpty();
        JsonNode.Parse(output)!["proposed"]!.AsArray().Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("--accept d-0123456789ab", "--accept d-0123456789ab: the log has no such demand")]
    [InlineData("--base missing.json", "'missing.json': there is no such file or directory: check the path")]
    [InlineData("--protect kubelet", "--protect kubelet: it is neither a client id nor known by another name, because there is no --base: write a client id, such as ")]
    [InlineData("--base POLICY --protect adx-ingst", "--protect adx-ingst: it is neither a client id nor an alias of the base: write a client id, or one of adx-ingest")]
    [InlineData("POLICY", "'policy.json' holds a policy, not an audit log: write the log in its place")]
    [InlineData("TESTS", "'policy.tests.json' holds tests of a policy, not an audit log: write the log in its place")]
    public async Task Suggest_WhatCannotBeDone_IsWrongUsageAndWritesNoPolicy(string flags, string says)
    {
        ArgumentNullException.ThrowIfNull(flags);

        var (exit, output, errors) = await SuggestAsync([.. flags.Split(' ').Select(Named), "-o", "fragment"]);

        exit.ShouldBe(2);
        output.ShouldBeEmpty();
        errors.ShouldContain(says);
    }

    [Fact]
    public async Task Suggest_AcceptOfADemandThatADenyCloses_IsRefused()
    {
        var guarded = _log.Write("guard.json", DemandLog.Policy.Replace(
            "\"rules\": [", "\"rules\": [ { \"name\": \"guard\", \"workloads\": [ {} ], \"deny\": [ { \"path\": \"/metadata/instance/**\" } ] },", StringComparison.Ordinal));
        var left = JsonNode.Parse((await SuggestAsync("--base", guarded, "-o", "json")).Output)!["leftOut"]!.AsArray().Single(static left => (string)left!["reason"]! == "denied-by-rule")!;
        ((string)left["rule"]!).ShouldBe("guard");

        var (exit, output, errors) = await SuggestAsync("--base", guarded, "--accept", (string)left["demand"]!["id"]!);

        (exit, output).ShouldBe((2, ""));
        errors.ShouldContain("it can't be accepted. denied-by-rule");
    }

    [Theory]
    [InlineData("--protect 2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6", "node-identity")]
    [InlineData("--settle 60d", "too-new")]
    [InlineData("--min-days 31", "too-rare")]
    public async Task Suggest_ACarefulFlag_LeavesOutMore(string flags, string reason)
    {
        ArgumentNullException.ThrowIfNull(flags);

        var (_, output, _) = await SuggestAsync(flags.Split(' '));

        output.ShouldContain($"LEFT OUT  {reason}: ");
    }

    [Theory]
    [InlineData("--accept shop/web")]
    [InlineData("--settle 1h")]
    [InlineData("--min-days x")]
    [InlineData("-o yaml")]
    public async Task Suggest_WrongValue_IsWrongUsage(string flag)
    {
        ArgumentNullException.ThrowIfNull(flag);

        (await RootCommandLine.InvokeAsync(["policy", "suggest", _log.WriteLog(), .. flag.Split(' ')])).ShouldBe(2);
    }

    [Fact]
    public async Task Suggest_FromPartOfTheLog_SaysSoAndAnswers()
    {
        var (exit, output, errors) = await _log.RunAsync(PolicySuggestCommand.Create(), _log.WriteLog(), _log.At("missing.jsonl"));

        exit.ShouldBe(3);
        output.ShouldContain("\n  PARTIAL: missing.jsonl: there is no such file or directory");
        output.ShouldContain("allow by ");
        errors.ShouldContain("the answer is partial");
    }

    [Theory]
    [InlineData("--protect", "2BC9E0C4-4EDD-4C1B-9972-3A095D2BDCE6", "named by --protect")]
    [InlineData("--base", "GUARDED", "the rule guard protects it")]
    public async Task Suggest_NodeIdentity_SaysInItsNoteWhy(string flag, string value, string note)
    {
        var (_, output, errors) = await SuggestAsync(flag, Named(value));

        output.ShouldContain("LEFT OUT  node-identity: the identity may be the node's own, or another workload's; the note says why", Case.Sensitive, errors);
        output.ShouldMatch($@"logging/fluent-bit .* d-[0-9a-f]{{12}} +{note}\n");
    }

    public void Dispose() => _log.Dispose();

    private string Named(string word) => word switch
    {
        "POLICY" => _log.Write("policy.json", DemandLog.Policy),
        "TESTS" => _log.Write("policy.tests.json", """{ "version": 1, "examples": [] }"""),

        // The deny of another resource protects the identity, and does not close the demand itself.
        "GUARDED" => _log.Write("guarded.json", DemandLog.Policy.Replace(
            "[ { \"name\": \"fluent-bit\"", "[ { \"name\": \"guard\", \"workloads\": [ {} ], \"deny\": [ { \"path\": \"/metadata/identity/oauth2/token\", \"identities\": [\"adx-ingest\"], \"resources\": [\"https://vault.azure.net\"] } ] }, { \"name\": \"other\"", StringComparison.Ordinal)
            .Replace("\"namespaces\": [\"logging\"]", "\"namespaces\": [\"other\"]", StringComparison.Ordinal)),
        _ => word,
    };

    private Task<(int Exit, string Output, string Errors)> SuggestAsync(params string[] flags) =>
        _log.RunAsync(PolicySuggestCommand.Create(), [_log.WriteLog(), .. flags]);
}
