using ImdsProxy.Core.Demands.Access;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Tests.Policy;
using Shouldly;
using Xunit;

namespace ImdsProxy.Core.Tests.Demands;

public sealed class AccessMatrixTests
{
    private static readonly Core.Callers.Caller.Pod Web = SampleLog.Pod("shop", "web");
    private static readonly Core.Callers.Caller.Pod FluentBit = SampleLog.Pod("logging", "fluent-bit");

    private static readonly AllowPermission IngestForKusto = Cluster.Allow(Scene.Token) with { Identities = ["adx-ingest"], Resources = [Want.Kusto] };

    public static TheoryData<string, PolicyDocument?, AccessState, string?> States => new()
    {
        { "no policy", null, AccessState.NotAllowed, null },
        { "no rule", SampleProxy.Nothing, AccessState.NotAllowed, null },
        { "an allow", Cluster.Document(PolicyMode.Audit, Cluster.Rule("ingest", [IngestForKusto], [])), AccessState.Allowed, "ingest" },
        { "an allow of another identity", Cluster.Document(PolicyMode.Audit, Cluster.Rule("kubelet", [IngestForKusto with { Identities = ["kubelet"] }], [])), AccessState.NotAllowed, null },
        { "a deny", Cluster.Document(PolicyMode.Audit, Cluster.Rule("guard", [], [Cluster.Deny()])), AccessState.Denied, "guard" },
        { "an allow and a deny", Cluster.Document(PolicyMode.Audit, Cluster.Rule("ingest", [IngestForKusto], []), Cluster.Rule("guard", [], [Cluster.Deny()])), AccessState.Denied, "guard" },
    };

    [Theory, MemberData(nameof(States))]
    public void Of_Use_HasTheStateUnderThePolicy(string what, PolicyDocument? policy, AccessState state, string? rule)
    {
        var use = AccessMatrix.Of(Recorded((Web, Want.Ingest())), policy).Rows.ShouldHaveSingleItem().Uses.ShouldHaveSingleItem();

        (use.State, use.Rule).ShouldBe((state, rule), what);
        (use.ClientId, use.Resource, use.Requests, use.Days, use.IsAnswered).ShouldBe((Cluster.IngestId, Want.Kusto, 1L, 1, true));
    }

    [Fact]
    public void Of_SeveralSelectorsOfOneIdentity_IsOneUse()
    {
        var byObject = Want.Token(Want.Kusto, $"&object_id={Cluster.Ingest.ObjectId}");

        var row = AccessMatrix.Of(Recorded((Web, Want.Ingest()), (Web, byObject), (Web, Want.Ingest(Want.Vault)), (Web, Want.Location)), SampleProxy.Nothing).Rows.ShouldHaveSingleItem();

        row.Uses.Select(static use => (use.Resource, use.Requests)).ShouldBe([(Want.Kusto, 2L), (Want.Vault, 1L)]);
        row.OtherRequests.ShouldBe(1);
        row.Owners.ShouldBe(["Deployment/web"]);
    }

    [Fact]
    public void Of_AllowedAndUnruledRequestsOfOneUse_CountsAsNotAllowed()
    {
        var owned = new WorkloadMatch(["shop"], ["web"], ["Deployment/web"], default);
        var policy = Cluster.Document(PolicyMode.Audit, Cluster.Rule("ingest", [IngestForKusto], [], workload: owned));

        var table = Recorded((Web, Want.Ingest()), (SampleLog.Pod("shop", "web", "1", owner: "Job/web"), Want.Ingest()));

        AccessMatrix.Of(table, policy).Rows.Single().Uses.Single().State.ShouldBe(AccessState.NotAllowed);
    }

    [Fact]
    public void Of_Probe_IsNoUse()
    {
        var log = new SampleLog();
        new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), Web, Want.Ingest(), isProbe: true);

        var row = AccessMatrix.Of(SampleLog.Reduce(log), SampleProxy.Nothing).Rows.ShouldHaveSingleItem();

        (row.Uses.Length, row.OtherRequests).ShouldBe((0, 1L));
    }

    public static TheoryData<string, WorkloadMatch, AllowPermission, bool> Permissions => new()
    {
        { "used", Cluster.Namespace("shop"), IngestForKusto, false },
        { "any identity", Cluster.Namespace("shop"), IngestForKusto with { Identities = ["*"] }, false },
        { "other workload", Cluster.Namespace("logging"), IngestForKusto, true },
        { "other identity", Cluster.Namespace("shop"), IngestForKusto with { Identities = ["kubelet"] }, true },
        { "other resource", Cluster.Namespace("shop"), IngestForKusto with { Resources = [Want.Vault] }, true },
        { "other path", Cluster.Namespace("shop"), Cluster.Allow("/metadata/identity/issuecredential", "POST") with { Identities = ["adx-ingest"], Resources = ["*"] }, true },
        { "no credential", Cluster.Namespace("shop"), Cluster.Allow("/metadata/instance/compute/location"), false },
        { "label", new WorkloadMatch(["shop"], default, default, [new("app", "other")]), IngestForKusto, false },
    };

    [Theory, MemberData(nameof(Permissions))]
    public void Of_Permission_IsUnusedIfNoAnswerNeededIt(string what, WorkloadMatch workload, AllowPermission permission, bool isUnused)
    {
        var policy = Cluster.Document(PolicyMode.Audit, Cluster.Rule("one", [permission], [], workload: workload));

        AccessMatrix.Of(Recorded((Web, Want.Ingest())), policy).Unused.Select(static one => one.Rule.Name).ShouldBe(isUnused ? ["one"] : [], what);
    }

    [Fact]
    public void Of_PermissionWhoseRequestsWereDenied_IsUnused()
    {
        var log = new SampleLog();
        new SampleProxy(Cluster.Document(PolicyMode.Enforce), log).Serve(SampleLog.Day(0), Web, Want.Ingest());
        var policy = Cluster.Document(PolicyMode.Enforce, Cluster.Rule("one", [IngestForKusto], []));

        AccessMatrix.Of(SampleLog.Reduce(log), policy).Unused.ShouldHaveSingleItem();
    }

    [Fact]
    public void Of_SeveralWorkloads_AreSorted() =>
        AccessMatrix.Of(Recorded((Web, Want.Ingest()), (FluentBit, Want.Ingest())), null).Rows.Select(static row => row.Workload.ToString()).ShouldBe(["logging/fluent-bit", "shop/web"]);

    private static Core.Demands.DemandTable Recorded(params (Core.Callers.Caller.Pod Pod, string Target)[] requests)
    {
        var log = new SampleLog();
        foreach (var (pod, target) in requests)
        {
            new SampleProxy(SampleProxy.Nothing, log).Serve(SampleLog.Day(0), pod, target);
        }

        return SampleLog.Reduce(log);
    }
}
