using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Kubernetes.Nodes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>The startup taint: the arguments of the containers, and how the admission policy restricts the right to patch nodes.</summary>
public sealed class StartupTaintTests
{
    private const string Key = "node.imdsproxy.io/not-ready";
    private const string Policy = "release-imds-proxy-imds-proxy";
    private const string Proxy = "system:serviceaccount:imds-proxy:release-imds-proxy";

    private const string Before = $$$"""
        {"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"},{"key":"{{{Key}}}","effect":"NoSchedule"}]}}
        """;

    [Fact]
    public async Task Containers_ShareOneStateFile()
    {
        var chart = await Rendered.OfAsync("everything");

        var told = chart.Arguments("redirect").Single(argument => argument.StartsWith("--redirect-state=", StringComparison.Ordinal));
        chart.Arguments("proxy").ShouldContain(told, StringComparer.Ordinal);
        chart.Arguments("proxy").ShouldContain($"--startup-taint={Key}", StringComparer.Ordinal);
        var directory = Path.GetDirectoryName(told.Split('=')[1]);
        Mount(chart, "redirect")["mountPath"]!.ToString().ShouldBe(directory);
        Mount(chart, "redirect")["readOnly"].ShouldBeNull();
        Mount(chart, "proxy")["mountPath"]!.ToString().ShouldBe(directory);
        ((bool)Mount(chart, "proxy")["readOnly"]!).ShouldBeTrue();
        var volumes = chart.One("DaemonSet")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray();
        volumes.Single(volume => (string?)volume!["name"] == "redirect-state")!["emptyDir"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Taint_UnderCilium_DependsOnlyOnTheProxy()
    {
        var chart = await Rendered.OfAsync("cilium");

        chart.Arguments("proxy").ShouldContain("--startup-taint=example.com/not-yet", StringComparer.Ordinal);
        chart.Text.ShouldNotContain("redirect-state");
        chart.OfKind("ValidatingAdmissionPolicy").ShouldBeEmpty();
    }

    [Fact]
    public async Task Taint_ByDefault_IsAbsent()
    {
        var chart = await Rendered.OfAsync("defaults");

        chart.Text.ShouldNotContain("startup-taint");
        chart.Text.ShouldNotContain("redirect-state");
        chart.OfKind("ValidatingAdmissionPolicy").Concat(chart.OfKind("ValidatingAdmissionPolicyBinding"))
            .ShouldNotContain(static one => (string?)one["metadata"]!["name"] == Policy);
    }

    [Theory]
    [InlineData("node.kubernetes.io/not-ready")]
    [InlineData("kubernetes.io/x")]
    [InlineData("not-ready")]
    [InlineData("node.imdsproxy.io/not-ready=true:NoSchedule")]
    [InlineData("a/b' || true || '")]
    public async Task TaintKey_InvalidOrReserved_IsRefusedBySchemaAndFlag(string key)
    {
        await ChartTools.RequireAsync();

        var (code, _, errors) = await Rendered.HelmAsync("template release", $"startupTaint: {{ enabled: true, key: \"{key}\" }}");

        code.ShouldNotBe(0);
        errors.ShouldContain("startupTaint");
        Should.Throw<FormatException>(() => TaintKey.Parse(key));
    }

    [Fact]
    public async Task Admission_OfTheProxysOwnPatch_IsAllowed() =>
        (await DecideAsync("aks-1", """{"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"}]}}""")).ShouldBe("");

    [Fact]
    public async Task Admission_OfRemovingTheLastTaint_IsAllowed() =>
        (await DecideAsync("aks-1", """{"metadata":{"name":"aks-1"},"spec":{}}""", $$$"""{"metadata":{"name":"aks-1"},"spec":{"taints":[{"key":"{{{Key}}}","effect":"NoExecute"}]}}""")).ShouldBe("");

    [Theory]
    [InlineData("another node", "aks-2", """{"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"}]}}""", "only its own node")]
    [InlineData("a token that names no node", null, """{"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"}]}}""", "only its own node")]
    [InlineData("others' taints", "aks-1", """{"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{}}""", "change no other")]
    [InlineData("a new taint", "aks-1", """{"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"},{"key":"evil","effect":"NoExecute"}]}}""", "change no other")]
    [InlineData("a worse effect", "aks-1", """{"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{"taints":[{"key":"a/b","effect":"NoExecute"}]}}""", "change no other")]
    [InlineData("a label", "aks-1", """{"metadata":{"name":"aks-1","labels":{"pool":"secret"}},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"}]}}""", "only the startup taint of a node")]
    [InlineData("no labels", "aks-1", """{"metadata":{"name":"aks-1"},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"}]}}""", "only the startup taint of a node")]
    [InlineData("an annotation", "aks-1", """{"metadata":{"name":"aks-1","labels":{"pool":"user"},"annotations":{"a":"b"}},"spec":{"taints":[{"key":"a/b","effect":"NoSchedule"}]}}""", "only the startup taint of a node")]
    [InlineData("a cordon", "aks-1", """{"metadata":{"name":"aks-1","labels":{"pool":"user"}},"spec":{"unschedulable":true,"taints":[{"key":"a/b","effect":"NoSchedule"}]}}""", "only the startup taint of a node")]
    public async Task Admission_OfAnythingElse_IsRefused(string what, string? tokenOf, string after, string why) =>
        (await DecideAsync(tokenOf, after)).ShouldContain(why, Case.Sensitive, what);

    [Fact]
    public async Task Admission_OfOtherUsers_DoesNotApply() =>
        (await DecideAsync("aks-1", Before, user: "system:node:aks-1")).ShouldBe("not matched");

    private static async Task<string> DecideAsync(string? tokenOf, string after, string before = Before, string user = Proxy)
    {
        var extra = tokenOf is null ? [] : new JsonObject { ["authentication.kubernetes.io/node-name"] = new JsonArray(tokenOf) };
        return await Admission.DecideAsync(Admission.Policy(await Rendered.OfAsync("everything"), Policy), user, extra, before, after);
    }

    private static JsonNode Mount(Rendered chart, string container) =>
        chart.Container(container)!["volumeMounts"]!.AsArray().Single(mount => (string?)mount!["name"] == "redirect-state")!;
}
