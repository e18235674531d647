using System.Text;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Demands;
using ImdsProxy.Core.Demands.Replaying;
using ImdsProxy.Core.Demands.Suggesting;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Policy.Reading;
using ImdsProxy.Core.Tests.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class PolicySuggestionTests
{
    private const int Month = 30;

    private const string NoResource = $"/metadata/identity/oauth2/token?api-version=1&client_id={Cluster.IngestId}";

    private static readonly Caller.Pod FluentBit = SampleLog.Pod("logging", "fluent-bit", owner: "DaemonSet/fluent-bit");
    private static readonly Caller.Pod Web = SampleLog.Pod("shop", "web");

    private static readonly PolicyDocument Guarded = Cluster.Document(PolicyMode.Audit, new PolicyRule(
        "kubelet-identity-is-for-kube-system", null, PolicyMode.Enforce, [Cluster.Anyone], [Cluster.Namespace("kube-system")], [],
        [Cluster.Deny(Scene.Token) with { Identities = ["kubelet"] }]));

    [Fact]
    public void From_ALegitimateWorkload_IsOneRuleOfItsExactPermissions()
    {
        var result = Suggest(static log =>
        {
            Daily(log, FluentBit, Want.Ingest());
            Daily(log, FluentBit, Want.Location);
            Daily(log, FluentBit, Want.Ingest(Want.Vault));
        });

        Text(result.FragmentJson).ShouldBe(
            $$"""
            {
              "identities": {
                "identity-2bc9e0c4": {"clientId":"{{Cluster.IngestId}}"}
              },
              "rules": [
                {
                  "name": "logging-fluent-bit",
                  "description": "Suggested from the audit log, for DaemonSet/fluent-bit.",
                  "workloads": [
                    {"namespaces":["logging"],"serviceAccounts":["fluent-bit"]}
                  ],
                  "allow": [
                    {"path":"{{Scene.Token}}","identities":["identity-2bc9e0c4"],"resources":["{{Want.Kusto}}","{{Want.Vault}}"]},
                    {"path":"/metadata/instance/compute/location"}
                  ]
                }
              ]
            }

            """.ReplaceLineEndings("\n"));
        result.LeftOut.ShouldBeEmpty();
        result.Proposed.Select(static proposal => proposal.Rule).ShouldAllBe(static rule => rule == "logging-fluent-bit");
        result.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void From_AFragmentBesideItsBase_IsThePolicy()
    {
        var result = Suggest(static log => Daily(log, FluentBit, Want.Ingest()), Guarded);
        var load = PolicyFragments.Load(new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal)
        {
            ["base.json"] = Core.Policy.Writing.PolicyWriter.Write(Guarded),
            ["suggested.json"] = result.FragmentJson,
        });

        load.Problems.Where(static problem => problem.Severity == ProblemSeverity.Error).ShouldBeEmpty();
        load.Document!.Rules.Select(static rule => rule.Name).ShouldBe(result.Policy.Rules.Select(static rule => rule.Name));
    }

    [Fact]
    public void From_TheBasesAlias_UsesIt() =>
        Suggest(static log => Daily(log, FluentBit, Want.Ingest()), Guarded).Rules.Single().Allow.Single().Identities.ShouldBe(["adx-ingest"]);

    [Fact]
    public void From_AnIdentityNamedByItsResourceId_MakesAnAliasThatResolvesIt()
    {
        var result = Suggest(static log =>
        {
            Daily(log, FluentBit, Want.Nameless());
            Daily(log, FluentBit, Want.Token(Want.Vault, $"&object_id={Cluster.Nameless.ObjectId}"));
        });

        result.Identities.ShouldBe([Cluster.Nameless with { Name = "nameless" }]);
        result.Proposed.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public void From_EqualWorkloadsOfSeveralNamespaces_AreOneRuleFromThreeOn(int namespaces, int rules)
    {
        var result = Suggest(log =>
        {
            for (var i = 0; i < namespaces; i++)
            {
                Daily(log, SampleLog.Pod($"team-{i}", "otel-collector"), "/metadata/instance/compute?api-version=1");
            }
        });

        result.Rules.Length.ShouldBe(rules);
        result.Rules.SelectMany(static rule => rule.Workloads).SelectMany(static match => match.Namespaces).Count().ShouldBe(namespaces);
        result.Proposed.ShouldAllBe(static proposal => proposal.KnownCaller == "OpenTelemetry");
    }

    [Fact]
    public void From_AWorkloadThatTheBaseHasARuleFor_GetsANameOfItsOwn()
    {
        var rule = Cluster.Rule("logging-fluent-bit", [new AllowPermission(PathPattern.Of("/metadata/versions"), ["GET"], default, default, [])], [], workload: Cluster.Namespace("logging"));

        Suggest(static log => Daily(log, FluentBit, Want.Location), Cluster.Document(PolicyMode.Audit, rule)).Rules.Single().Name.ShouldBe("logging-fluent-bit-2");
    }

    [Fact]
    public void From_AWorkloadWithALongName_GetsAValidName()
    {
        var name = new string('n', 63);

        Suggest(log => Daily(log, SampleLog.Pod(name, new string('s', 200)), Want.Location)).Rules.Single().Name.Length.ShouldBeLessThanOrEqualTo(100);
    }

    // The stories of the attack that happens while nothing is enforced. Each names what must be left out, and why.
    public static TheoryData<string> Stories => [.. AttackStories.All.Select(static story => story.Name)];

    [Theory]
    [MemberData(nameof(Stories))]
    public void From_AnAttackDuringAuditMode_ProposesNothingOfIt(string name)
    {
        var story = AttackStories.All.Single(one => one.Name == name);
        var log = new SampleLog();
        story.Play(log);

        var result = PolicySuggestion.From(SampleLog.Reduce(log), new SuggestOptions { Base = story.Base });

        result.Proposed.Select(static proposal => $"{proposal.Demand.Key.Workload} {proposal.Demand.Key.Path}").Distinct(StringComparer.Ordinal).ShouldBe(story.Proposed, ignoreOrder: true);
        result.LeftOut.Select(static left => $"{left.Demand?.Key.Workload ?? left.Workload}: {left.Reason}").Distinct(StringComparer.Ordinal).ShouldBe(story.LeftOut, ignoreOrder: true);
    }

    // The demo's attacker once more: even whoever waits for nothing gets none of it proposed.
    [Fact]
    public void From_TheDemosAttackWithoutAnyPatience_ProposesNothingOfIt()
    {
        var log = new SampleLog();
        AttackStories.All.Single(static story => story.Name == "demo").Play(log);

        var result = PolicySuggestion.From(SampleLog.Reduce(log), new SuggestOptions { Base = Guarded, Settle = TimeSpan.Zero, MinDays = 1 });

        result.Proposed.ShouldNotContain(static proposal => proposal.Demand.Key.Workload.Namespace == "shop" && proposal.Demand.Key.Path == Scene.Token);
    }

    public static TheoryData<string, string, string, LeftOutReason, bool> Requests => new()
    {
        { "GET", "/metadata/attested/document?api-version=1", "", LeftOutReason.Attested, true },
        { "POST", "/metadata/scheduledevents?api-version=1", "", LeftOutReason.ApprovesEvents, true },
        { "POST", $"/metadata/identity/issuecredential?cred-api-version=2.0&client_id={Cluster.IngestId}", "", LeftOutReason.Certificate, true },
        { "GET", "/metadata/unknown", "", LeftOutReason.UnknownEndpoint, true },
        { "GET", Want.Location + "&foo=1", "", LeftOutReason.UnknownParameter, true },
        { "GET", "/metadata/instance/compute", "", LeftOutReason.ImdsRefused, true },
        { "GET", $"/metadata/identity/oauth2/token?api-version=1&client_id={Cluster.IngestId}", "", LeftOutReason.ImdsRefused, false },
        { "GET", Want.Location, "probe", LeftOutReason.Probe, false },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void From_ARequestThatNeedsAPerson_IsLeftOutUntilAccepted(string method, string target, string kind, LeftOutReason reason, bool isAcceptable)
    {
        void Play(SampleLog log) => Daily(log, FluentBit, target, method: method, isProbe: kind == "probe");

        var left = Suggest(Play).LeftOut.ShouldHaveSingleItem();
        var accepted = Suggest(Play, accept: left.Demand!.Id);

        (left.Reason, left.IsAcceptable).ShouldBe((reason, isAcceptable));
        accepted.Proposed.Length.ShouldBe(isAcceptable ? 1 : 0);
        accepted.Unaccepted.Length.ShouldBe(isAcceptable ? 0 : 1);
    }

    [Fact]
    public void From_ADeniedRequestWithoutAnIdentity_IsLeftOut() =>
        Suggest(static log => Daily(log, FluentBit, Want.Token(Want.Vault), policy: Cluster.Document(PolicyMode.Enforce)))
            .LeftOut.ShouldHaveSingleItem().Reason.ShouldBe(LeftOutReason.IdentityUnknown);

    [Fact]
    public void From_ARequestThatWasDeniedThroughout_IsProposedIfItsIdentityIsKnown() =>
        Suggest(static log => Daily(log, FluentBit, Want.Ingest(), policy: Cluster.Document(PolicyMode.Enforce))).Proposed.Length.ShouldBe(1);

    [Fact]
    public void From_ATokenRequestWithoutAResource_IsLeftOut() =>
        Suggest(
            static log => Daily(log, FluentBit, NoResource, policy: Cluster.Document(PolicyMode.Enforce)))
            .LeftOut.ShouldHaveSingleItem().Reason.ShouldBe(LeftOutReason.NoResource);

    [Fact]
    public void From_AcceptedRequestsWithAndWithoutAResource_AllowsBoth()
    {
        static void Play(SampleLog log)
        {
            Daily(log, FluentBit, Want.Ingest());
            Daily(log, FluentBit, NoResource, policy: Cluster.Document(PolicyMode.Enforce));
        }

        var accepted = Suggest(Play, accept: Suggest(Play).LeftOut.Single().Demand!.Id);

        accepted.Proposed.Length.ShouldBe(2);
        accepted.Rules.Single().Allow.Select(static allow => allow.Resources.Single()).ShouldBe(["*", Want.Kusto]);
    }

    // A log that is not ours must not bring a pattern into the policy.
    [Theory]
    [InlineData("shop*")]
    [InlineData("*")]
    [InlineData("Shop")]
    public void From_ANamespaceThatNoClusterHas_IsLeftOut(string ns) =>
        Suggest(log => Daily(log, SampleLog.Pod(ns, "web"), Want.Location)).LeftOut.ShouldHaveSingleItem().Reason.ShouldBe(LeftOutReason.Malformed);

    public static TheoryData<string, string, string, string?> Callers => new()
    {
        { "datadog-agent", "/metadata/instance/compute/vmId?api-version=1", "Go-http-client/1.1", "Datadog" },
        { "agent", "/metadata/instance/compute?api-version=1", "Datadog Agent/7.60", "Datadog" },
        { "datadog-agent", Want.Location, "Go-http-client/1.1", null },
        { "collector", "/metadata/instance/compute?api-version=1", "OpenTelemetry Collector", "OpenTelemetry" },
        { "web", "/metadata/instance/compute?api-version=1", "app/1", null },
    };

    [Theory]
    [MemberData(nameof(Callers))]
    public void From_ACallerOfTheRecipes_IsNamed(string account, string target, string agent, string? name) =>
        Suggest(log => Daily(log, SampleLog.Pod("agents", account), target, agent: agent)).Proposed.ShouldHaveSingleItem().KnownCaller.ShouldBe(name);

    [Fact]
    public void From_ADeniedDemand_CannotBeAccepted()
    {
        static void Play(SampleLog log) => Daily(log, Web, Want.Kubelet());
        var left = Suggest(Play, Guarded).LeftOut.ShouldHaveSingleItem();

        (left.Reason, left.Rule, left.IsAcceptable).ShouldBe((LeftOutReason.DeniedByRule, "kubelet-identity-is-for-kube-system", false));
        Suggest(Play, Guarded, accept: left.Demand!.Id).Proposed.ShouldBeEmpty();
    }

    [Fact]
    public void From_AnAcceptedDemand_OpensNoOtherOne()
    {
        static void Play(SampleLog log)
        {
            Daily(log, FluentBit, Want.Token(Want.Vault));
            Daily(log, FluentBit, Want.Token(Want.Arm));
        }

        var left = Suggest(Play).LeftOut;
        left.Select(static one => one.Reason).ShouldBe([LeftOutReason.NodeIdentity, LeftOutReason.NodeIdentity]);
        var vault = left.Single(static one => one.Demand!.Key.Resource == Want.Vault).Demand!;

        var accepted = Suggest(Play, accept: vault.Id);

        accepted.Proposed.ShouldHaveSingleItem().Demand.Id.ShouldBe(vault.Id);
        accepted.Rules.Single().Allow.Single().Resources.ShouldBe([Want.Vault]);
        Suggest(Play, accepted.Policy).Proposed.ShouldBeEmpty();
    }

    public static TheoryData<string, string, string, bool> Widenings => new()
    {
        { "every resource", NoResource, Want.Ingest(), false },
        { "every resource, for another identity", NoResource, Want.Kubelet(), true },
        { "requests that name no identity", NoResource, "/metadata/identity/oauth2/token?api-version=1", false },
        { "every resource, for another selector of the identity", NoResource, Want.Token(Want.Kusto, $"&object_id={Cluster.Ingest.ObjectId}"), false },
        { "also requests without the key", Want.Location + "&foo=1", Want.Location, false },
        { "also requests with fewer keys", Want.Location + "&bar=1&foo=1", Want.Location + "&foo=1", false },
        { "no other key", Want.Location + "&foo=1", Want.Location + "&bar=1", true },
        { "no other path", Want.Location + "&foo=1", Want.Instance, true },
    };

    // The allow is wider than the demand for which a person accepts it.
    [Theory]
    [MemberData(nameof(Widenings))]
    public void From_AnAcceptedDemandWhosePermissionOpensWhatADenyClosed_IsLeftOut(string opens, string accepted, string closed, bool isProposed)
    {
        var denying = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("guard", [], [Cluster.Deny("/**")]));
        var table = Table(log =>
        {
            Daily(log, FluentBit, closed, policy: denying);
            Daily(log, FluentBit, accepted, policy: Cluster.Document(PolicyMode.Enforce));
        });
        var demand = table.Demands.Single(static demand => !demand.Parts.Any(static part => part.IsOfDenyRule));

        var result = PolicySuggestion.From(table, new SuggestOptions { Base = SampleProxy.Nothing, Accept = [demand.Id] });

        result.Proposed.Select(static proposal => proposal.Demand.Id).ShouldBe(isProposed ? [demand.Id] : [], opens);
        result.Unaccepted.ShouldBe(isProposed ? [] : [demand.Id]);
        PolicySimulation.Run(table, result.Policy, against: SampleProxy.Nothing).Items.ShouldNotContain(item => item.Outcome == SimulationOutcome.WouldOpen && item.Demand.Id != demand.Id);
    }

    [Fact]
    public void From_ARequestWhosePermissionOpensWhatADenyClosed_SaysSo()
    {
        var denying = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("guard", [], [Cluster.Deny("/**")]));

        var left = Suggest(log =>
        {
            Daily(log, FluentBit, Want.Ingest(), policy: denying);
            Daily(log, FluentBit, NoResource, policy: Cluster.Document(PolicyMode.Enforce));
        }).LeftOut;

        left.Select(static one => (one.Reason, one.IsAcceptable, one.Detail)).ShouldBe(
            [(LeftOutReason.DeniedByRule, false, null), (LeftOutReason.DeniedByRule, false, "its permission would open what a rule denied")], ignoreOrder: true);
    }

    // The alias for another workload's demand teaches the base's own allow the name that this request uses.
    [Fact]
    public void From_ADemandThatADenyClosedAndThatTheBaseAllowsByClientId_IsNotLeftOutAsDenied()
    {
        var allowing = Cluster.Document(PolicyMode.Enforce, Cluster.Rule(
            "vault", [Cluster.Allow(Scene.Token) with { Identities = [Cluster.NamelessId], Resources = [Want.Vault] }], [], workload: Cluster.Namespace("shop")));
        var table = Table(static log =>
        {
            Daily(log, Web, Want.Nameless(), policy: Cluster.Document(PolicyMode.Enforce, Cluster.Rule("guard", [], [Cluster.Deny()])));
            Daily(log, FluentBit, Want.Nameless());
        });

        var result = PolicySuggestion.From(table, new SuggestOptions { Base = allowing });

        result.LeftOut.ShouldBeEmpty();
        result.Identities.Single().ResourceId.ShouldNotBeNull();
        PolicySimulation.Run(table, result.Policy, against: allowing).WouldOpen.ShouldBe(table.Requests);
    }

    // What is allowed for another identity lets the probe through, but the deny of the probe still counts.
    [Fact]
    public void From_ADemandWhoseProbeADenyClosed_IsLeftOutWhateverElseIsAllowedOnItsPath()
    {
        static string Certificate(string clientId) => $"/metadata/identity/issuecredential?cred-api-version=2.0&client_id={clientId}";
        var (nothing, denying) = (Cluster.Document(PolicyMode.Enforce), Cluster.Document(PolicyMode.Enforce, Cluster.Rule("guard", [], [Cluster.Deny("/**")])));
        var table = Table(log =>
        {
            Daily(log, FluentBit, Certificate(Cluster.KubeletId), method: "POST", isProbe: true, policy: denying);
            Daily(log, FluentBit, Certificate(Cluster.KubeletId), method: "POST", policy: nothing);
            Daily(log, FluentBit, Certificate(Cluster.IngestId), method: "POST", policy: nothing);
        });
        var options = new SuggestOptions { Base = SampleProxy.Nothing, Accept = [.. table.Demands.Select(static demand => demand.Id)] };

        var first = PolicySuggestion.From(table, options);
        var second = PolicySuggestion.From(table, options with { Base = first.Policy });

        first.Proposed.ShouldHaveSingleItem().Demand.Key.Selector.ShouldBe(Cluster.IngestId);
        second.Proposed.ShouldBeEmpty();
    }

    [Fact]
    public void From_AProtectedIdentity_IsLeftOut() =>
        PolicySuggestion.From(Table(static log => Daily(log, FluentBit, Want.Ingest())), new SuggestOptions { Base = Guarded, Protect = ["adx-ingest"] })
            .LeftOut.ShouldHaveSingleItem().Reason.ShouldBe(LeftOutReason.NodeIdentity);

    [Fact]
    public void From_ANewDemand_TellsWhenItIsEligible()
    {
        var result = Suggest(static log =>
        {
            Daily(log, FluentBit, Want.Location);
            Daily(log, SampleLog.Pod("batch", "job"), Want.Ingest(), first: 25);
        });

        var left = result.LeftOut.ShouldHaveSingleItem();
        (left.Reason, left.Eligible).ShouldBe((LeftOutReason.TooNew, SampleLog.Day(32)));
    }

    [Fact]
    public void From_ADemandOfOneDay_IsTooRare() => Suggest(static log =>
    {
        Daily(log, SampleLog.Pod("batch", "job"), Want.Location, last: 1);
        Daily(log, FluentBit, Want.Location);
    }).LeftOut.ShouldHaveSingleItem().Reason.ShouldBe(LeftOutReason.TooRare);

    [Fact]
    public void From_IstiosProbe_IsAQuietDeny()
    {
        var result = Suggest(static log =>
        {
            var proxy = new SampleProxy(SampleProxy.Nothing, log);
            for (var day = 0; day < Month; day++)
            {
                proxy.Serve(SampleLog.Day(day), Web, "/metadata/instance", agent: "Go-http-client/1.1");
                proxy.Serve(SampleLog.Day(day), Web, Want.Instance, agent: "Go-http-client/1.1");
                proxy.Serve(SampleLog.Day(day), Web, "/latest/meta-data/instance-id", agent: "Go-http-client/1.1");
            }
        });

        result.Proposed.Select(static proposal => (proposal.KnownCaller, proposal.IsQuietDeny)).ShouldBe([("an agent for several clouds", true), ("Istio", true)], ignoreOrder: true);
        result.Rules.Single().Deny.Select(static deny => (deny.Path!.Text, deny.Quiet)).ShouldBe([("/latest/**", true), ("/metadata/instance", true)]);
    }

    [Fact]
    public void From_IstiosProbeBesideAnApplicationThatNeedsThePath_IsNoQuietDeny()
    {
        var result = Suggest(static log =>
        {
            Daily(log, Web, "/metadata/instance", agent: "istio-proxy");
            Daily(log, SampleLog.Pod("shop", "web", owner: "Deployment/other"), Want.Instance, agent: "app/1");
        });

        result.Proposed.ShouldNotContain(static proposal => proposal.IsQuietDeny);
    }

    [Fact]
    public void From_UnknownCallersAndFoldedDemands_TellsTheirNumber()
    {
        var log = new SampleLog();
        var proxy = new SampleProxy(SampleProxy.Nothing, log);
        for (var i = 0; i < 40; i++)
        {
            proxy.Serve(SampleLog.Day(0), Web, $"/latest/{i}");
        }

        log.Add(SampleLog.Record(SampleLog.Day(0), Caller.Unknown.Instance, Core.Audit.Verdict.Denied, Reason.CallerUnknown, 503));
        var table = SampleLog.Reduce(new Core.Demands.Reducing.ReduceOptions { MaxRowsPerWorkload = 16 }, log);

        var others = PolicySuggestion.From(table, new SuggestOptions()).LeftOut.Where(static left => left.Demand is null);

        others.Select(static left => (left.Reason, left.Requests, left.Workload)).ShouldBe(
            [(LeftOutReason.Folded, 24L, new DemandWorkload("shop", "web")), (LeftOutReason.CallerUnknown, 1L, null)]);
    }

    [Fact]
    public void From_TheSameLogTwice_IsTheSameText()
    {
        static void Play(SampleLog log)
        {
            Daily(log, FluentBit, Want.Ingest());
            Daily(log, Web, Want.Nameless());
        }

        Text(Suggest(Play).PolicyJson).ShouldBe(Text(Suggest(Play).PolicyJson));
        PolicySimulation.Run(Table(Play), Suggest(Play).Policy).WouldBreak.ShouldBe(0);
    }

    internal static void Daily(
        SampleLog log, Caller.Pod pod, string target, int first = 0, int last = Month, string method = "GET", bool isProbe = false, string agent = "app/1", PolicyDocument? policy = null)
    {
        var proxy = new SampleProxy(policy ?? SampleProxy.Nothing, log);
        for (var day = first; day < last; day++)
        {
            proxy.Serve(SampleLog.Day(day), pod, target, method, isProbe, agent);
        }
    }

    private static DemandTable Table(Action<SampleLog> play)
    {
        var log = new SampleLog();
        play(log);
        return SampleLog.Reduce(log);
    }

    private static SuggestResult Suggest(Action<SampleLog> play, PolicyDocument? policy = null, string? accept = null) =>
        PolicySuggestion.From(Table(play), new SuggestOptions { Base = policy, Accept = accept is null ? [] : [accept] });

    private static string Text(ReadOnlyMemory<byte> json) => Encoding.UTF8.GetString(json.Span);
}
