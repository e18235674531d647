using System.Text;
using ImdsProxy.Core.Demands.Rollout;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Tests.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class RolloutTests
{
    private static readonly Core.Callers.Caller.Pod Web = SampleLog.Pod("shop", "web");
    private static readonly PolicyDocument Open = Load("""[{"name":"all","workloads":[{"namespaces":["*"]}],"allow":[{"path":"/metadata/instance/**"}]}]""");

    public static TheoryData<string, string, RolloutState, int> States => new()
    {
        { "without a rule", """{"mode":"audit"}""", RolloutState.Learning, 1 },
        { "with a rule", """{"mode":"audit","open":true}""", RolloutState.Ready, 0 },
        { "new", """{"mode":"audit","open":true}""", RolloutState.Learning, 0 },
        { "young", """{"mode":"audit","open":true}""", RolloutState.Learning, 0 },
        { "left out by a deny", """{"mode":"audit","deny":true}""", RolloutState.Ready, 0 },
        { "left out by decision", """{"mode":"audit","decided":true}""", RolloutState.Ready, 0 },
        { "only denied", """{"mode":"audit"}""", RolloutState.Ready, 0 },
        { "with a rule", """{"mode":"enforce","open":true}""", RolloutState.Enforced, 0 },
        { "denied since", """{"mode":"enforce"}""", RolloutState.Regressed, 1 },
        { "denied since", """{"mode":"enforce","decided":true}""", RolloutState.Enforced, 0 },
        { "denied since", """{"mode":"enforce","open":true}""", RolloutState.Enforced, 0 },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Status_OfANamespace_IsAsTheContractSays(string log, string policy, RolloutState state, int uncovered)
    {
        var options = System.Text.Json.Nodes.JsonNode.Parse(policy)!;
        var table = SampleLog.Reduce(Play(log));
        var mode = (string)options["mode"]! == "enforce" ? PolicyMode.Enforce : PolicyMode.Audit;
        var document = options["open"] is not null ? Open : options["deny"] is not null ? Cluster.Document(mode, Cluster.Rule("no", [], [Cluster.Deny()])) : Cluster.Document(mode);

        var status = RolloutStatus.Of(table, document with { Mode = mode }, options["decided"] is null ? null : [.. table.Demands.Select(static demand => demand.Id)]).ShouldHaveSingleItem();

        (status.Namespace, status.State, status.Uncovered.Length, status.Workloads).ShouldBe(("shop", state, uncovered, 1));
        status.Next.ShouldNotBeEmpty();
    }

    [Fact]
    public void Status_OfDeniedProbing_DoesNotHoldBack()
    {
        var log = Play("with a rule");
        new SampleProxy(Cluster.Document(PolicyMode.Enforce), log).Serve(SampleLog.Day(29), Web, "/latest/meta-data");

        RolloutStatus.Of(SampleLog.Reduce(log), Open with { Mode = PolicyMode.Audit }).Single().ShouldSatisfyAllConditions(
            static status => status.State.ShouldBe(RolloutState.Ready),
            static status => status.DaysSinceNewDemand.ShouldBe(29));
    }

    [Fact]
    public void Status_OfTheLastWeek_CountsWhatWouldHaveBeenDenied() =>
        RolloutStatus.Of(SampleLog.Reduce(Play("without a rule")), Open).Single().WouldDenied.ShouldBe(7);

    [Fact]
    public void Status_OfANamespaceWithTwoModes_IsMixed()
    {
        var log = Play("with a rule");
        PolicySuggestionTests.Daily(log, SampleLog.Pod("shop", "cart"), Want.Location);
        var policy = Open with { Mode = PolicyMode.Audit, ModeExceptions = [new WorkloadMatch(["shop"], ["cart"], default, default)] };

        RolloutStatus.Of(SampleLog.Reduce(log), policy).Single().Mode.ShouldBe(NamespaceMode.Mixed);
    }

    public static TheoryData<string, string, bool, string?> Plans => new()
    {
        { "with a rule", "\"mode\":\"audit\"", false, "\"enforceOnly\":[{\"namespaces\":[\"shop\"]}]" },
        { "with a rule", "\"mode\":\"audit\",\"enforceOnly\":[{\"namespaces\":[\"logging\"]}]", false, "\"enforceOnly\":[{\"namespaces\":[\"logging\"]},{\"namespaces\":[\"shop\"]}]" },
        { "with a rule", "\"mode\":\"enforce\",\"auditOnly\":[{\"namespaces\":[\"shop\",\"legacy\"]}]", false, "\"auditOnly\":[{\"namespaces\":[\"legacy\"]}]" },
        { "with a rule", "\"mode\":\"enforce\",\"auditOnly\":[{\"namespaces\":[\"shop\"]}]", false, "\"mode\":\"enforce\",\"identities\"" },
        { "with a rule", "\"mode\":\"enforce\",\"auditOnly\":[{\"namespaces\":[\"s*\"]}]", false, null },
        { "new", "\"mode\":\"audit\"", false, null },
        { "new", "\"mode\":\"audit\"", true, "\"enforceOnly\":[{\"namespaces\":[\"shop\"]}]" },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void Plan_ForANamespace_ChangesTheModeListsAlone(string log, string head, bool anyway, string? expected)
    {
        var policy = PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{"version":1,{{head}},"rules":[{"name":"all","workloads":[{"namespaces":["*"]}],"allow":[{"path":"/metadata/instance/**"}]}]}""")).Document!;
        var status = RolloutStatus.Of(SampleLog.Reduce(Play(log)), policy);

        var plan = RolloutPlan.For(policy, status, ["shop"], anyway);

        (plan.Policy is null).ShouldBe(expected is null);
        plan.Refusals.Keys.ShouldBe(expected is null ? new[] { "shop" } : []);
        Encoding.UTF8.GetString(plan.PolicyJson.Span).Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).ShouldContain(expected ?? "");
    }

    [Fact]
    public void Plan_ForANamespaceWithoutARecord_IsRefused() =>
        RolloutPlan.For(Open, [], ["nowhere"]).Refusals["nowhere"].ShouldBe("no request of it is on record");

    private static SampleLog Play(string kind)
    {
        var log = new SampleLog();
        switch (kind)
        {
            case "new":
                PolicySuggestionTests.Daily(log, Web, Want.Location);
                new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(28.5), Web, Want.Instance);
                break;
            case "young":
                PolicySuggestionTests.Daily(log, Web, Want.Location, last: 5);
                break;
            case "only denied":
                PolicySuggestionTests.Daily(log, Web, Want.Location, policy: Cluster.Document(PolicyMode.Enforce));
                break;
            case "denied since":
                PolicySuggestionTests.Daily(log, Web, Want.Location, last: 20);
                PolicySuggestionTests.Daily(log, Web, Want.Location, first: 20, policy: Cluster.Document(PolicyMode.Enforce));
                break;
            default:
                PolicySuggestionTests.Daily(log, Web, Want.Location);
                break;
        }

        return log;
    }

    private static PolicyDocument Load(string rules) =>
        PolicyLoader.Load(Encoding.UTF8.GetBytes($$"""{"version":1,"mode":"enforce","rules":{{rules}}}""")).Document!;
}
