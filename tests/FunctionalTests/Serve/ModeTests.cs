using System.Net;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

public sealed class ModeTests
{
    private const string DenyLocation = """{"name":"no-location","mode":"MODE","workloads":[{}],"deny":[{"path":"/metadata/instance/compute/location"}]}""";

    private const string DenyKubelet = """{"name":"no-kubelet","mode":"enforce","workloads":[{}],"except":[{"namespaces":["kube-system"]}],"deny":[{"path":"/metadata/identity/oauth2/token","identities":["kubelet"]}]}""";

    [Fact]
    public async Task EnforceOnly_InAuditMode_EnforcesOnlyThoseWorkloads()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("audit", """ "enforceOnly":[{"namespaces":["shop"]}], """));
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(403);
        (await scene.GetAsync(Pods.Quarantined, Targets.Location)).Status.ShouldBe(200);
        scene.Audit.Requests.Select(record => (string?)record["mode"]).ShouldBe(["enforce", "audit"]);

        // An unknown caller could be one of those workloads.
        (await scene.GetAsync(Pods.Stranger, Targets.Location)).Status.ShouldBe(503);
        (await scene.GetAsync(Pods.Twins, Targets.Location)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task AuditOnly_InEnforceMode_OnlyAuditsThoseWorkloads()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce", """ "auditOnly":[{"namespaces":["shop"]}], """));
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(200);
        (await scene.GetAsync(Pods.Quarantined, Targets.Location)).Status.ShouldBe(403);
        (await scene.GetAsync(Pods.Stranger, Targets.Location)).Status.ShouldBe(503);
        scene.Audit.Requests.Select(record => (string?)record["verdict"]).ShouldBe(["would-deny", "denied", "denied"]);
    }

    [Fact]
    public async Task RuleWithItsOwnMode_EnforcedInAuditMode_Denies()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("audit", "", DenyLocation.Replace("MODE", "enforce", StringComparison.Ordinal)));
        foreach (var pod in new[] { Pods.FluentBit, Pods.Web, Pods.Twins, Pods.Stranger })
        {
            (await scene.GetAsync(pod, Targets.Location)).Status.ShouldBe(pod.Equals(Pods.Stranger) ? 503 : 403);
            (await scene.GetAsync(pod, "/metadata/instance/compute?api-version=2021-02-01")).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task RuleWithItsOwnMode_AuditedInEnforceMode_OnlyRecords()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce", "", DenyLocation.Replace("MODE", "audit", StringComparison.Ordinal)));
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
        ((string?)scene.Record()["verdict"]).ShouldBe("would-deny");
        ((string?)scene.Record()["rule"]).ShouldBe("no-location");

        // Nor does it lift a denial.
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("127.0.0.12")]
    [InlineData("127.0.0.20")]
    [InlineData("127.0.0.99")]
    public async Task DeniedIdentity_WithoutSelectorInAuditMode_IsDeniedByTheAnswer(string pod)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("audit", "", DenyKubelet));
        var answer = await scene.GetAsync(IPAddress.Parse(pod), Targets.Token(Targets.Management));
        answer.Status.ShouldBe(pod == "127.0.0.99" ? 503 : 403);
        scene.Imds.Requests.ShouldHaveSingleItem();
        answer.Text.ShouldNotContain("access_token");
        ((string?)scene.Record()["verdict"]).ShouldBe("denied");
        scene.Record()["issued"].ShouldBeNull();
    }

    [Theory]
    [InlineData("enforce")]
    [InlineData("audit")]
    public async Task AuditLog_ThatCannotBeWritten_BlocksOnlyEnforcedAnswers(string mode)
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster(mode));
        scene.Audit.IsFull = true;
        foreach (var target in new[] { Targets.KustoToken, Targets.Location })
        {
            var answer = await scene.GetAsync(Pods.FluentBit, target);
            answer.Status.ShouldBe(mode == "audit" ? 200 : 503);
            if (mode == "enforce")
            {
                answer.Header("Retry-After").ShouldBe("1");
                answer.Text.ShouldContain("\"audit_unavailable\"");
                answer.Header("Server").ShouldBeNull();
            }
        }

        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(mode == "audit" ? 200 : 503);
        (await scene.GetAsync(Pods.Web, "/metadata//x")).Status.ShouldBe(mode == "audit" ? 400 : 503);
        (await scene.ManagementAsync("/metrics")).Text.Split('\n').ShouldContain(
            line => line.StartsWith("imds_proxy_audit_records_total{", StringComparison.Ordinal) && line.Contains("fail", StringComparison.Ordinal) && line.EndsWith(" 4", StringComparison.Ordinal));
        (await scene.ManagementAsync("/readyz")).Text.ShouldContain("no space left on device");

        scene.Audit.IsFull = false;
        (await scene.GetAsync(Pods.FluentBit, Targets.KustoToken)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task QuietDenial_IsRecordedAsQuiet()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await scene.GetAsync(Pods.Web, Targets.Instance);
        await scene.GetAsync(Pods.Web, Targets.Location);
        scene.Audit.Requests.Select(record => (bool?)record["quiet"]).ShouldBe([true, null]);
        var metrics = (await scene.ManagementAsync("/metrics")).Text.Split('\n');
        metrics.ShouldContain(line => line.StartsWith("imds_proxy_denied_total{", StringComparison.Ordinal) && line.Contains("quiet=\"true\"", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal));
        metrics.ShouldContain(line => line.StartsWith("imds_proxy_denied_total{", StringComparison.Ordinal) && line.Contains("quiet=\"false\"", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal));
    }
}
