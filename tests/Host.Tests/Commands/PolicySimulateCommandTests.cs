using System.Text.Json.Nodes;
using ImdsProxy.Commands;
using ImdsProxy.Commands.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Commands;

public sealed class PolicySimulateCommandTests : IDisposable
{
    // arguments, exit, what the output or the errors say
    public static TheoryData<string, int, string> Runs => new()
    {
        { "POLICY LOG", 1, "unchanged 30, would break 31, would open 0, not judged 0 (0.0 %)" },
        { "POLICY LOG --allow-break 31", 0, "WOULD BREAK  31 requests" },
        { "POLICY LOG --allow-break 30", 1, "WOULD BREAK  31 requests" },
        { "POLICY LOG -n logging", 0, "unchanged 30, would break 0" },
        { "POLICY LOG --since 2026-10-30T00:00:00Z", 1, "unchanged 1, would break 2" },
        { "POLICY LOG --as-written", 0, "unchanged 61, would break 0" },
        { "POLICY LOG --against POLICY", 0, "unchanged 61, would break 0" },
        { "POLICY LOG --against NOTHING", 1, "WOULD OPEN  30 requests" },
        { "POLICY LOG --against NOTHING --allow-open 30", 0, "unchanged 31, would break 0, would open 30" },
        { "POLICY LOG LOG", 1, "unchanged 30, would break 31" },
        { "POLICY LOG FOREIGN", 3, "the answer is partial. 1 line is not a record and was skipped" },
        { "POLICY LOG CUT", 3, "cut.jsonl.gz: the gzip data is truncated or damaged" },
        { "POLICY LOG MISSING", 3, "missing.jsonl: there is no such file or directory" },
        { "POLICY LOG NEWER", 3, "61 records of a newer version could not be judged" },
        { "POLICY NEWER", 2, "all 61 records are of a newer version: use a newer imds-proxy" },
        { "POLICY FOREIGN", 2, "nothing can be read. 1 line is not a record" },
        { "POLICY MISSING", 2, "nothing can be read. missing.jsonl: there is no such file or directory: check the path" },
        { "LOG POLICY", 2, "'log.jsonl' is an audit log, not a policy: write the policy in its place" },
        { "CUT POLICY", 2, "'cut.jsonl.gz' is an audit log, not a policy" },
        { "SEGMENTS POLICY", 2, "'segments' is an audit log, not a policy" },
        { "TESTS LOG", 2, "'policy.tests.json' holds tests of a policy, not a policy" },
        { "POLICY POLICY", 2, "'policy.json' holds a policy, not an audit log" },
        { "POLICY LOG POLICY", 2, "'policy.json' holds a policy, not an audit log" },
        { "POLICY TESTS", 2, "'policy.tests.json' holds tests of a policy, not an audit log" },
        { "POLICY MANIFEST", 2, "'manifest.yaml' holds a policy, not an audit log" },
        { "POLICY LOG OTHER", 2, "the records are of several clusters (prod, test)" },
        { "POLICY LOG --since 2027-01-01T00:00:00Z", 2, "no request in this time range" },
        { "POLICY LOG -n nobody", 2, "no request in the log matches the filters" },
        { "FOREIGN LOG", 2, "foreign.jsonl:1: the document: it is not JSON" },
        { "MISSING LOG", 2, "'missing.jsonl': there is no such file or directory" },
        { "POLICY LOG --against MISSING", 2, "'missing.jsonl': there is no such file or directory" },
        { "POLICY LOG --against LOG", 2, "'log.jsonl' is an audit log, not a policy" },
        { "- -", 2, "only one of the policies and the log can be read from stdin" },
        { "POLICY", 2, "nothing to read: name a directory of segments" },
        { "POLICY LOG --management unix:/none", 2, "can't be combined with --management" },
    };

    private readonly DemandLog _log = new();

    [Theory, MemberData(nameof(Runs))]
    public async Task Simulate_ByItsArguments_ExitsAndSaysWhatTheContractTells(string arguments, int exit, string says)
    {
        ArgumentNullException.ThrowIfNull(arguments);

        var (ended, output, errors) = await _log.RunAsync(PolicySimulateCommand.Create(), [.. arguments.Split(' ').Select(Named)]);

        (output + errors).ShouldContain(says);
        ended.ShouldBe(exit, output + errors);
        output.Length.ShouldBe(exit == 2 ? 0 : output.Length);
    }

    [Theory]
    [InlineData("--max-not-judged x")]
    [InlineData("--max-not-judged 101")]
    [InlineData("--allow-break -1")]
    [InlineData("-o yaml")]
    [InlineData("--since whenever")]
    public async Task Simulate_WrongValue_IsWrongUsage(string flag)
    {
        ArgumentNullException.ThrowIfNull(flag);

        (await RootCommandLine.InvokeAsync(["policy", "simulate", Named("POLICY"), Named("LOG"), .. flag.Split(' ')])).ShouldBe(2);
    }

    // A rule that selects by labels cannot be judged on a log that does not tell them.
    [Theory]
    [InlineData("1%", 1)]
    [InlineData("49", 1)]
    [InlineData("50%", 0)]
    public async Task Simulate_RequestsThatCannotBeJudged_CountFromAShareOn(string most, int exit)
    {
        var policy = _log.Write("labels.json", DemandLog.Policy.Replace("\"namespaces\": [\"logging\"], \"serviceAccounts\": [\"fluent-bit\"]", "\"namespaces\": [\"logging\"], \"labels\": { \"app\": \"x\" }", StringComparison.Ordinal));

        var (ended, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), policy, _log.WriteLog(), "--allow-break", "31", "--max-not-judged", most);

        output.ShouldContain("a rule selects by labels");
        ended.ShouldBe(exit, output);
    }

    [Fact]
    public async Task Simulate_AsText_ShowsThePermissionThatPreventsABreak()
    {
        var (_, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), Named("POLICY"), Named("LOG"));

        output.ShouldStartWith("policy.json revision ");
        output.ShouldContain("\nrests on 61 requests: 30 days, 1 node (2026-10-01 08:00 to 2026-10-30 08:01 UTC)\n  aks-1 lacks 28 days in 29 gaps between 2026-10-01 09:00 and 2026-10-30 08:00 (neither a record nor a sign of life)\n");
        output.ShouldContain("""
              shop/web
                GET /metadata/instance/compute/location
                  30 requests on 30 days, last 2026-10-30, Deployment/web: web-0  d-
            """);
        output.ShouldContain("""
                  no rule
                  this permission prevents it: "workloads": [{ "namespaces": ["shop"], "serviceAccounts": ["web"] }], "allow": [{ "path": "/metadata/instance/compute/location" }]
            """);
    }

    [Fact]
    public async Task Simulate_AsJson_HasTheDocumentedShape()
    {
        var (_, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), Named("POLICY"), Named("LOG"), "-o", "json");

        var answer = JsonNode.Parse(output)!.AsObject();
        answer.Select(static member => member.Key).ShouldBe(["revision", "against", "modes", "coverage", "summary", "items"]);
        ((string)answer["against"]!).ShouldBe("recorded");
        var gaps = answer["coverage"]!["gaps"]!.AsArray();
        gaps[0]!.ToJsonString().ShouldBe("""{"node":"aks-1","kind":"silent","from":"2026-10-01T09:00:00Z","to":"2026-10-02T08:00:00Z"}""");
        gaps.Clear();
        answer["coverage"]!.ToJsonString().ShouldBe("""{"from":"2026-10-01T08:00:00Z","to":"2026-10-30T08:01:00Z","nodes":1,"days":30,"requests":61,"gaps":[]}""");
        answer["summary"]!.ToJsonString().ShouldBe("""{"unchanged":30,"wouldBreak":31,"wouldOpen":0,"notJudged":0}""");
        var stolen = answer["items"]!.AsArray()[1]!;
        stolen.AsObject().Select(static member => member.Key).ShouldBe(["outcome", "demand", "requests", "reason", "fix", "leftOut"]);
        stolen["fix"]!["permission"]!["resources"]!.ToJsonString().ShouldBe($"""["{DemandLog.Arm}"]""");
        var demand = stolen["demand"]!.AsObject();
        ((string)demand["id"]!).ShouldMatch("^d-[0-9a-f]{12}$");
        demand.Remove("id");
        demand.ToJsonString().ShouldBe(JsonNode.Parse($$$"""
            {"namespace":"shop","serviceAccount":"web","owner":"Deployment/web","method":"GET","path":"/metadata/identity/oauth2/token","resource":"{{{DemandLog.Arm}}}",
             "identity":{"clientId":"{{{DemandLog.StolenId}}}"},"selector":{"kind":"client_id","value":"{{{DemandLog.StolenId}}}"},
             "answered":{"clientId":"{{{DemandLog.StolenId}}}","resource":"{{{DemandLog.Arm}}}"},"requests":1,"days":1,"first":"2026-10-30T08:01:00Z","last":"2026-10-30T08:01:00Z",
             "firstSeen":"2026-10-30T08:01:00Z","nodes":1,"podCount":1,"pods":["web-0"],"userAgents":["azsdk-net-Identity/1.21"],"verdicts":{"would-deny":1},"statuses":{"200":1}}
            """)!.ToJsonString());
    }

    // A permission to paste would legitimise what a suggestion never accepts.
    [Fact]
    public async Task Simulate_BreakThatASuggestionNeverAccepts_ShowsTheReasonInsteadOfAPermission()
    {
        var log = _log.Write("probes.jsonl", _log.Text.Replace("\"request\":{", "\"request\":{\"probe\":true,", StringComparison.Ordinal).Replace("\"reason\":\"no-rule\"", "\"reason\":\"missing-header\"", StringComparison.Ordinal).Replace("would-deny", "rejected", StringComparison.Ordinal));

        var (_, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), Named("NOTHING"), log);
        var (_, json, _) = await _log.RunAsync(PolicySimulateCommand.Create(), Named("NOTHING"), log, "-o", "json");

        output.ShouldContain("no permission is shown: a probe without the header needs no rule");
        output.ShouldNotContain("this permission prevents it");
        var items = JsonNode.Parse(json)!["items"]!.AsArray();
        items.ShouldAllBe(static item => item!["fix"] == null && (string)item["leftOut"]! == "probe");
    }

    [Fact]
    public async Task Simulate_BreakThatASuggestionLeavesOut_SaysSoBeforeThePermission()
    {
        var (_, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), Named("POLICY"), Named("LOG"));

        output.ShouldMatch(@"policy suggest leaves it out: late\. Find out who sends it and why before you allow it\n +this permission prevents it: .*management");
    }

    // A pod chooses its resource and its selector, and a terminal obeys some characters.
    [Fact]
    public async Task Simulate_NamesWithControlCharacters_AreEscaped()
    {
        var log = _log.Write("hostile.jsonl", _log.Text.Replace("\"https://management.azure.com\"", "\"\\u001b]0;x\\u0007\"", StringComparison.Ordinal));

        var (_, output, _) = await _log.RunAsync(PolicySimulateCommand.Create(), Named("POLICY"), log);

        output.ShouldContain("token \\u001b]0;x\\u0007 as");
        output.Any(static c => c is < ' ' and not '\n').ShouldBeFalse();
    }

    public void Dispose() => _log.Dispose();

    private string Named(string word) => word switch
    {
        "POLICY" => _log.Write("policy.json", DemandLog.Policy),
        "NOTHING" => _log.Write("nothing.json", """{ "version": 1, "mode": "enforce", "identities": {}, "rules": [] }"""),
        "LOG" => _log.WriteLog(),
        "FOREIGN" => _log.Write("foreign.jsonl", "hello\n"),
        "CUT" => _log.WriteCompressed("cut.jsonl.gz", _log.Text, without: 200),
        "SEGMENTS" => Path.GetDirectoryName(_log.WriteCompressed(Path.Combine(Directory.CreateDirectory(_log.At("segments")).Name, "audit-20261001T080000Z-b7f1-1.jsonl.gz"), _log.Text))!,
        "TESTS" => _log.Write("policy.tests.json", """{ "version": 1, "examples": [] }"""),
        "MANIFEST" => _log.Write("manifest.yaml", "apiVersion: v1\nkind: ConfigMap\ndata: {}\n"),
        "MISSING" => _log.At("missing.jsonl"),
        "NEWER" => _log.Write("newer.jsonl", _log.Text.Replace("\"no-rule\"", "\"quantum\"", StringComparison.Ordinal)),
        "OTHER" => _log.Write("other.jsonl", _log.Text.Replace("\"prod\"", "\"test\"", StringComparison.Ordinal)),
        _ => word,
    };
}
