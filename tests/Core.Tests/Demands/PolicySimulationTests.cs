using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Reducing;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Tests.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class PolicySimulationTests
{
    private static readonly Core.Callers.Caller.Pod Web = SampleLog.Pod("shop", "web", labels: ("app", "web"));

    private static readonly PolicyDocument Enforcing = Cluster.Document(PolicyMode.Enforce);

    [Fact]
    public void Run_AnsweredDemandWithoutARule_WouldBreakAndNamesThePermission()
    {
        var result = PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Ingest()), Enforcing);

        var item = result.Items.ShouldHaveSingleItem();
        (item.Outcome, item.Requests, item.Reason, item.Rule).ShouldBe((SimulationOutcome.WouldBreak, 1L, Reason.NoRule, null));
        item.Fix!.Workload.ShouldBe("""{ "namespaces": ["shop"], "serviceAccounts": ["web"] }""");
        item.Fix.Permission.ShouldBe($$"""{ "path": "{{Scene.Token}}", "identities": ["adx-ingest"], "resources": ["{{Want.Kusto}}"] }""");
        (result.WouldBreak, result.Unchanged, result.Revision, result.Against).ShouldBe((1L, 0L, "0123456789ab", null));
    }

    [Fact]
    public void Run_FixOfABreak_PreventsIt()
    {
        var fix = PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Token(Want.Arm)), Enforcing).Items.Single().Fix!;
        var policy = Scene.Compile(
            $$"""
            {"version":1,"mode":"enforce","identities":{"kubelet":{"clientId":"{{Cluster.KubeletId}}"} },
            "rules":[{"name":"fix","workloads":[{{fix.Workload}}],"allow":[{{fix.Permission}}]}]}
            """).Document;

        PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Token(Want.Arm)), policy).WouldBreak.ShouldBe(0);
    }

    [Fact]
    public void Run_BreakByADeny_NamesTheRuleAndNoPermission()
    {
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Everything, Cluster.Rule("guard", [], [Cluster.Deny()]));

        var item = PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Ingest()), policy).Items.ShouldHaveSingleItem();

        (item.Outcome, item.Reason, item.Rule, item.Fix).ShouldBe((SimulationOutcome.WouldBreak, Reason.DenyRule, "guard", null));
    }

    [Fact]
    public void Run_DeniedDemandThatIsAllowedNow_WouldOpen()
    {
        var result = PolicySimulation.Run(Recorded(Enforcing, Want.Ingest()), Cluster.Document(PolicyMode.Enforce, Cluster.Everything));

        (result.WouldOpen, result.Items.Single().Rule).ShouldBe((1L, "everything"));
    }

    // The second decision counts as much as the first one.
    [Fact]
    public void Run_AllowedRequestWithADeniedAnswer_WouldBreak()
    {
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("ingest", [Cluster.Allow(Scene.Token) with { Identities = ["adx-ingest"] }], []));

        var item = PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Token(Want.Arm)), policy).Items.ShouldHaveSingleItem();

        (item.Outcome, item.Reason).ShouldBe((SimulationOutcome.WouldBreak, Reason.IdentityMismatch));
        item.Fix!.Permission.ShouldContain("\"identities\": [\"kubelet\"]");
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Run_AsWritten_HonoursTheModes(bool asWritten, long breaks)
    {
        var policy = SampleProxy.Nothing with { ModeExceptions = [Cluster.Namespace("logging")] };

        PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Ingest()), policy, asWritten).WouldBreak.ShouldBe(breaks);
        PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Ingest()), policy with { ModeExceptions = [Cluster.Namespace("shop")] }, asWritten).WouldBreak.ShouldBe(1);
    }

    // Without "hostNetwork", a policy only audits such pods. Enforced, the policy decides them like any other pod.
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Run_PodOnHostNetwork_HonoursItsLimitOnlyAsWritten(bool asWritten, long breaks)
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), SampleLog.Pod("logging", "fluent-bit") with { OnHost = true }, Want.Location);
        var table = SampleLog.Reduce(log);

        table.Demands.ShouldHaveSingleItem().Key.IsOnHost.ShouldBeTrue();
        PolicySimulation.Run(table, SampleProxy.Nothing with { Mode = PolicyMode.Enforce }, asWritten).WouldBreak.ShouldBe(breaks);
        PolicySimulation.Run(table, SampleProxy.Nothing with { Mode = PolicyMode.Enforce, HostNetwork = HostNetworkPolicy.Enforced }, asWritten).WouldBreak.ShouldBe(1);
    }

    [Fact]
    public void Run_RuleInAuditMode_IsEnforcedUnlessAsWritten()
    {
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Everything, Cluster.Rule("guard", [], [Cluster.Deny()], PolicyMode.Audit));

        PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Ingest()), policy).WouldBreak.ShouldBe(1);
        PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Ingest()), policy, asWritten: true).WouldBreak.ShouldBe(0);
    }

    [Fact]
    public void Run_AgainstAPolicy_ComparesTheTwo()
    {
        var table = Recorded(SampleProxy.Nothing, Want.Ingest());
        var open = Cluster.Document(PolicyMode.Enforce, Cluster.Everything) with { Revision = "aaaaaaaaaaaa" };

        var result = PolicySimulation.Run(table, open, against: Enforcing);

        (result.WouldOpen, result.WouldBreak, result.Revision, result.Against).ShouldBe((1L, 0L, "aaaaaaaaaaaa", "0123456789ab"));
    }

    [Fact]
    public void Run_DeniedRequestWithoutASelector_IsNotJudgedOnlyIfImdsWouldBeAsked()
    {
        var table = Recorded(Enforcing, Want.Token(Want.Arm));

        PolicySimulation.Run(table, Cluster.Document(PolicyMode.Enforce, Cluster.Everything)).Items.Single().Cause.ShouldBe(NotJudged.IdentityNeverSeen);
        PolicySimulation.Run(table, Enforcing).Unchanged.ShouldBe(1);
    }

    [Fact]
    public void Run_SelectorThatOtherAnswersResolve_IsJudged()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), SampleLog.Pod("logging", "fluent-bit"), Want.Nameless());
        new SampleProxy(Enforcing, log).Serve(SampleLog.Day(0), Web, Want.Nameless());
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Everything);

        PolicySimulation.Run(SampleLog.Reduce(log), policy).WouldOpen.ShouldBe(1);
    }

    [Fact]
    public void Run_PinnedRequest_ReplaysWithThePinnedIdentity()
    {
        var pinning = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("pin", [Cluster.Allow(Scene.Token) with { Identities = ["adx-ingest"], AsIdentity = "adx-ingest" }], []));
        var unpinned = Cluster.Document(PolicyMode.Enforce, Cluster.Everything);

        PolicySimulation.Run(Recorded(pinning, Want.Token(Want.Kusto)), pinning).Unchanged.ShouldBe(1);
        PolicySimulation.Run(Recorded(pinning, Want.Token(Want.Kusto)), unpinned).Items.Single().Cause.ShouldBe(NotJudged.PinRemoved);
        PolicySimulation.Run(Recorded(pinning, Want.Token(Want.Kusto)), Enforcing).WouldBreak.ShouldBe(1);
        PolicySimulation.Run(Recorded(SampleProxy.Nothing, Want.Token(Want.Kusto)), pinning).Unchanged.ShouldBe(1);
    }

    [Theory]
    [InlineData(true, true, "app", null)]
    [InlineData(true, false, "app", NotJudged.LabelsUnknown)]
    [InlineData(false, true, "app", NotJudged.LabelsUnknown)]
    public void Run_RuleThatSelectsByLabel_NeedsTheLabels(bool isKept, bool isSeen, string label, NotJudged? cause)
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Location);
        if (isSeen)
        {
            log.SeePod(SampleLog.Day(1), Web);
        }

        var match = new WorkloadMatch(["shop"], default, default, [new(label, "web")]);
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("labelled", [Cluster.Allow("/metadata/instance/**")], [], workload: match));
        var table = SampleLog.Reduce(new ReduceOptions { LabelKeys = isKept ? PolicyLabels.Of(policy) : [] }, log);

        var result = PolicySimulation.Run(table, policy);

        (result.Unchanged, result.Items.FirstOrDefault()?.Cause).ShouldBe((cause is null ? 1L : 0L, cause));
        PolicySimulation.Run(table, Enforcing).WouldBreak.ShouldBe(1, "a policy without labels needs none");
    }

    // The event lacks some labels, or some states of the pod have no event. What is absent may have been there.
    [Theory]
    [InlineData("cut", "app", null)]
    [InlineData("cut", "tier", NotJudged.LabelsUnknown)]
    [InlineData("skipped", "app", NotJudged.LabelsUnknown)]
    public void Run_IncompletePodSeen_JudgesOnlyByLabelsThatAreCertain(string member, string label, NotJudged? cause)
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Location);
        log.SeePod(SampleLog.Day(1), Web, (member, member == "cut" ? true : 2));
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("labelled", [Cluster.Allow("/metadata/instance/**")], [], workload: new WorkloadMatch(["shop"], default, default, [new(label, "web")])));

        var result = PolicySimulation.Run(SampleLog.Reduce(new ReduceOptions { LabelKeys = PolicyLabels.Of(policy) }, log), policy);

        (result.Unchanged, result.Items.FirstOrDefault()?.Cause).ShouldBe((cause is null ? 1L : 0L, cause));
    }

    [Fact]
    public void Run_Probe_IsDecidedAsAProbe()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Token(Want.Arm), isProbe: true);
        var table = SampleLog.Reduce(log);

        PolicySimulation.Run(table, Cluster.Document(PolicyMode.Enforce, Cluster.Everything)).Unchanged.ShouldBe(1);
        PolicySimulation.Run(table, Enforcing).WouldBreak.ShouldBe(1);
    }

    [Fact]
    public void Run_RequestsThatAreNoDemands_CountAsNotJudged()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Location);
        log.Add(SampleLog.Record(SampleLog.Day(0), Core.Callers.Caller.Unknown.Instance, Core.Audit.Verdict.Denied, Reason.CallerUnknown, 503));

        var result = PolicySimulation.Run(SampleLog.Reduce(log), Enforcing);

        (result.NotJudged, result.NotJudgedShare, result.Others[NotJudged.CallerUnknown]).ShouldBe((1L, 0.5, 1L));
    }

    private static DemandTable Recorded(PolicyDocument policy, string target)
    {
        var log = new SampleLog();
        new SampleProxy(policy, log).Serve(SampleLog.Day(0), Web, target);
        return SampleLog.Reduce(log);
    }
}
