using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

public sealed class PolicyReloadTests
{
    private const string Broken = """{"version":2,"mode":"off","rules":[{"nam":"x"}]}""";

    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task FirstPolicy_Bad_IsNotReadyAndDeniesAll()
    {
        await using var scene = await ProxyScene.StartAsync(Broken);
        scene.Proxy.IsReady.ShouldBeFalse();
        var answer = await scene.GetAsync(Pods.FluentBit, Targets.Location);
        answer.Status.ShouldBe(503);
        answer.Header("Retry-After").ShouldBe("1");
        (await scene.GetAsync(Pods.FluentBit, Targets.KustoToken)).Status.ShouldBe(503);
        (await scene.SendAsync(Pods.FluentBit, RawRequest.Get(Targets.TokenPath).Without("Metadata"))).Status.ShouldBe(503);
        (await scene.GetAsync(Pods.FluentBit, "/metadata//x")).Status.ShouldBe(400);
        scene.Imds.Requests.ShouldBeEmpty();
        scene.Audit.Requests.Take(3).ShouldAllBe(record => (string?)record["verdict"] == "denied" && (string?)record["reason"] == "not-ready");

        var ready = await scene.ManagementAsync("/readyz");
        ready.Status.ShouldBe(503);
        ready.Text.ShouldContain("no valid policy has been loaded yet");
        (await scene.ManagementAsync("/policy")).Status.ShouldBe(404);

        await scene.UsePolicyAsync(Policies.Cluster("enforce"));
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
        (await scene.ManagementAsync("/readyz")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task FirstPolicy_Missing_IsLoadedOnceItExists()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"), options => options with { PolicyPath = options.PolicyPath + ".later" });
        scene.Proxy.IsReady.ShouldBeFalse();
        await File.WriteAllTextAsync(scene.PolicyPath + ".later", Policies.Cluster("enforce"));
        await Eventually.HoldsAsync(() => scene.Proxy.IsReady, TwoSeconds);
    }

    [Fact]
    public async Task NewPolicy_Bad_KeepsTheOldAndReportsAllErrors()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await File.WriteAllTextAsync(scene.PolicyPath, Broken);
        await Eventually.HoldsAsync(() => scene.Audit.Events("policy-refused").Count == 1, TimeSpan.FromSeconds(3));

        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(403);
        scene.Proxy.IsReady.ShouldBeTrue();

        var errors = scene.Audit.Events("policy-refused")[0]["errors"]!.AsArray().Select(error => (string)error!).ToList();
        foreach (var pointer in new[] { "/version", "/mode", "/rules/0/nam" })
        {
            errors.ShouldContain(error => error.Contains(pointer, StringComparison.Ordinal));
            scene.Logs.All.ShouldContain(line => line.StartsWith("Error PolicyError", StringComparison.Ordinal) && line.Contains(pointer, StringComparison.Ordinal));
        }

        var metrics = (await scene.ManagementAsync("/metrics")).Text;
        metrics.ShouldContain("imds_proxy_policy_refused 1");
        metrics.Split('\n').ShouldContain(line => line.StartsWith("imds_proxy_policy_loads_total{", StringComparison.Ordinal) && line.Contains("refused", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal));
        (await scene.ManagementAsync("/policy")).Text.ShouldContain("\"newerRefused\":true");
    }

    [Fact]
    public async Task NewPolicy_Removed_KeepsTheOld()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        File.Delete(scene.PolicyPath);
        await Eventually.HoldsAsync(() => scene.Audit.Events("policy-refused").Count == 1, TimeSpan.FromSeconds(3));
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task NewPolicy_ByRewrite_IsInForceWithinTwoSeconds()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await File.WriteAllTextAsync(scene.PolicyPath, Policies.Cluster("audit"));
        await IsAuditedAsync(scene);
    }

    [Fact]
    public async Task NewPolicy_ByRename_IsInForceWithinTwoSeconds()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await File.WriteAllTextAsync(scene.PolicyPath + ".new", Policies.Cluster("audit"));
        File.Move(scene.PolicyPath + ".new", scene.PolicyPath, overwrite: true);
        await IsAuditedAsync(scene);
    }

    [Fact]
    public async Task NewPolicy_BySwapOfAConfigMapsLink_IsInForceWithinTwoSeconds()
    {
        var mount = Directory.CreateTempSubdirectory("imds-proxy-mount");
        try
        {
            MountedConfigMap.Publish(mount.FullName, "..1", ("policy.json", Policies.Cluster("enforce")));
            await using var scene = await ProxyScene.StartAsync("", options => options with { PolicyPath = Path.Combine(mount.FullName, "policy.json") });
            scene.Proxy.IsReady.ShouldBeTrue();
            MountedConfigMap.Publish(mount.FullName, "..2", ("policy.json", Policies.Cluster("audit")));
            await IsAuditedAsync(scene);
        }
        finally
        {
            mount.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task NewPolicy_BetweenTwoRequestsOfOneConnection_DecidesTheSecond()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await using var connection = await scene.ConnectAsync(Pods.FluentBit);
        (await connection.ExchangeAsync(RawRequest.Get(Targets.KustoToken)))!.Status.ShouldBe(200);
        await scene.UsePolicyAsync(Policies.Document("enforce"));
        (await connection.ExchangeAsync(RawRequest.Get(Targets.KustoToken)))!.Status.ShouldBe(403);
        scene.Imds.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task NewPolicy_DuringARequestToImds_DecidesTheCredential()
    {
        await using var scene = await ProxyScene.StartAsync(
            Policies.Cluster("enforce"),
            options => options with { Upstream = options.Upstream with { Timeout = TimeSpan.FromSeconds(30) } },
            new() { Latency = TimeSpan.FromSeconds(3) });
        var answer = scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        await scene.UsePolicyAsync(Policies.Document("enforce"));
        (await answer).Status.ShouldBe(403);
        ((string?)scene.Record()["policyRevision"]).ShouldBe((string?)scene.Audit.Events("policy-loaded")[^1]["revision"]);
        scene.Record()["issued"].ShouldBeNull();
    }

    [Fact]
    public async Task NewPolicy_Changed_WritesAnEventWithTheDifference()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var first = (string?)scene.Audit.Events("policy-loaded").ShouldHaveSingleItem()["revision"];
        await scene.UsePolicyAsync(Policies.Cluster("audit", "", Policies.Quarantine));
        var change = scene.Audit.Events("policy-loaded")[^1];
        ((string?)change["previousRevision"]).ShouldBe(first);
        change["rulesAdded"]!.AsArray().Select(name => (string?)name).ShouldBe(["quarantine"]);
        scene.Audit.Events("mode-changed").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task CallersFile_Bad_KeepsTheKnownCallers()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await scene.UseCallersAsync("{");
        await Eventually.HoldsAsync(() => scene.Logs.All.Any(line => line.Contains("CallersRefused", StringComparison.Ordinal)));
        (await scene.GetAsync(Pods.FluentBit, Targets.Location)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Stop_WhileAPolicyIsRead_RefusesNothing()
    {
        var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await using (scene)
        {
            await File.WriteAllTextAsync(scene.PolicyPath, Policies.Cluster("enforce") + " ");
        }

        scene.Audit.Events("policy-refused").ShouldBeEmpty();
        scene.Audit.Events("stopped").ShouldHaveSingleItem();
    }

    private static async Task IsAuditedAsync(ProxyScene scene)
    {
        await Eventually.HoldsAsync(() => scene.Audit.Events("mode-changed").Count == 1, TwoSeconds);
        (await scene.GetAsync(Pods.Web, Targets.Location)).Status.ShouldBe(200);
    }
}
