using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>The management listener as <c>serve</c> composes it.</summary>
public sealed class ManagementTests
{
    [Fact]
    public async Task Readyz_WhenReady_ListsEachCheck()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        var answer = await scene.ManagementAsync("/readyz");
        answer.Status.ShouldBe(200);
        foreach (var check in new[] { "listener", "policy", "callers", "audit" })
        {
            answer.Text.ShouldContain($"\"{check}\"");
        }

        (await scene.ManagementAsync("/livez")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Readyz_WithoutCallers_SaysSo()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"), options => options with { CallersPath = options.CallersPath + ".missing" });
        var answer = await scene.ManagementAsync("/readyz");
        answer.Status.ShouldBe(503);
        answer.Text.ShouldContain("the callers are not known yet");
    }

    [Fact]
    public async Task PolicyPage_WithAPolicyInForce_ShowsIt()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("audit"));
        var policy = JsonElement.Parse((await scene.ManagementAsync("/policy")).Body.Span);
        policy.GetProperty("mode").GetString().ShouldBe("audit");
        policy.GetProperty("source").GetString().ShouldBe(scene.PolicyPath);
        policy.GetProperty("revision").GetString().ShouldBe((string?)scene.Audit.Events("policy-loaded")[0]["revision"]);
    }

    [Fact]
    public async Task Metrics_AfterRequests_CountThem()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        await scene.GetAsync(Pods.FluentBit, Targets.KustoToken);
        await scene.GetAsync(Pods.Web, Targets.Location);
        await scene.GetAsync(Pods.Web, "/metadata//x");
        var lines = (await scene.ManagementAsync("/metrics")).Text.Split('\n');
        Sample(lines, "imds_proxy_requests_total", "allowed", "rule", "token", "enforce").ShouldBe("1");
        Sample(lines, "imds_proxy_requests_total", "denied", "no-rule", "instance", "enforce").ShouldBe("1");
        Sample(lines, "imds_proxy_requests_total", "rejected", "bad-request").ShouldBe("1");
        Sample(lines, "imds_proxy_denied_total", "shop").ShouldBe("1");
        Sample(lines, "imds_proxy_upstream_requests_total", "token").ShouldBe("1");
        Sample(lines, "imds_proxy_callers_known").ShouldBe("6");
        Sample(lines, "imds_proxy_ready").ShouldBe("1");
    }

    [Fact]
    public async Task Metrics_OfAProxyThatWorked_PassPromtool()
    {
        await using var scene = await ProxyScene.StartAsync(Policies.Cluster("enforce"));
        foreach (var row in AnswerCases.All)
        {
            await scene.SendAsync(row.Pod, row.Request);
        }

        var metrics = await scene.ManagementAsync("/metrics");
        using var promtool = Promtool();
        Assert.SkipWhen(promtool is null, "promtool is not installed (Debian package prometheus)");
        await promtool.StandardInput.BaseStream.WriteAsync(metrics.Body);
        promtool.StandardInput.Close();
        var said = await promtool.StandardError.ReadToEndAsync() + await promtool.StandardOutput.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        said.ShouldBeEmpty();
        promtool.ExitCode.ShouldBe(0);
    }

    private static Process? Promtool()
    {
        try
        {
            return Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true });
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string? Sample(string[] lines, string name, params string[] labels) =>
        lines.SingleOrDefault(line => (line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
            && labels.All(label => line.Contains($"\"{label}\"", StringComparison.Ordinal)))?.Split(' ')[^1];
}
