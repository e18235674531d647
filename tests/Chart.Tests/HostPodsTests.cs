using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>Host pods: the arguments and mounts of the containers, and which pods the admission policy refuses.</summary>
public sealed class HostPodsTests
{
    private const string Policy = "release-imds-proxy-hostpods-imds-proxy";
    private const string Root = "/run/imds-proxy-cgroup";

    [Theory]
    [InlineData("redirect")]
    [InlineData("proxy")]
    public async Task Containers_SeeTheHostsCgroupsAndCannotChangeThem(string container)
    {
        var chart = await Rendered.OfAsync("everything");

        chart.Arguments(container).ShouldContain("--host-pods", StringComparer.Ordinal);
        chart.Arguments(container).ShouldContain($"--cgroup-root={Root}", StringComparer.Ordinal);
        var mount = chart.Container(container)!["volumeMounts"]!.AsArray().Single(mount => (string?)mount!["name"] == "cgroup")!;
        ((string?)mount["mountPath"]).ShouldBe(Root);
        ((bool)mount["readOnly"]!).ShouldBeTrue();
        var volumes = chart.One("DaemonSet")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray();
        ((string?)volumes.Single(volume => (string?)volume!["name"] == "cgroup")!["hostPath"]!["path"]).ShouldBe("/sys/fs/cgroup");
    }

    [Fact]
    public async Task HostPods_ByDefault_AreLeftAlone()
    {
        var chart = await Rendered.OfAsync("defaults");

        chart.Text.ShouldNotContain("--host-pods");
        chart.Text.ShouldNotContain("cgroup");
        chart.OfKind("ValidatingAdmissionPolicy").ShouldNotContain(static one => (string?)one["metadata"]!["name"] == Policy);
    }

    [Fact]
    public async Task HostPods_UnderCilium_AreRefused()
    {
        await ChartTools.RequireAsync();

        var (code, _, errors) = await Rendered.HelmAsync("template release", "interception: cilium\nhostPods: { enabled: true }");

        code.ShouldNotBe(0);
        errors.ShouldContain("hostPods.enabled needs interception by iptables");
    }

    public static TheoryData<string, string, string> Pods => new()
    {
        { "no user", """{"hostNetwork":true,"containers":[{"name":"a"}]}""", "" },
        { "another user", """{"hostNetwork":true,"securityContext":{"runAsUser":1000},"containers":[{"name":"a","securityContext":{"runAsUser":0}}]}""", "" },
        { "the proxy's user without hostNetwork", """{"securityContext":{"runAsUser":16254},"containers":[{"name":"a"}]}""", "not matched" },
        { "hostNetwork off", """{"hostNetwork":false,"securityContext":{"runAsUser":16254},"containers":[{"name":"a"}]}""", "not matched" },
        { "the pod", """{"hostNetwork":true,"securityContext":{"runAsUser":16254},"containers":[{"name":"a"}]}""", "reserved for imds-proxy" },
        { "a container", """{"hostNetwork":true,"containers":[{"name":"a"},{"name":"b","securityContext":{"runAsUser":16254}}]}""", "(containers)" },
        { "an init container", """{"hostNetwork":true,"containers":[{"name":"a"}],"initContainers":[{"name":"b","securityContext":{"runAsUser":16254}}]}""", "(initContainers)" },
        { "an ephemeral container", """{"hostNetwork":true,"containers":[{"name":"a"}],"ephemeralContainers":[{"name":"b","securityContext":{"runAsUser":16254}}]}""", "(ephemeralContainers)" },
    };

    [Theory]
    [MemberData(nameof(Pods))]
    public async Task Admission_OfAPod_RefusesOnlyTheProxysUserOnHostNetwork(string what, string spec, string expected)
    {
        var decision = await DecideAsync(spec, "apps", "alice");
        if (expected is "" or "not matched")
        {
            decision.ShouldBe(expected, what);
        }
        else
        {
            decision.ShouldContain(expected, Case.Sensitive, what);
        }
    }

    [Theory]
    [InlineData("imds-proxy", "system:serviceaccount:kube-system:daemon-set-controller")]
    [InlineData("kube-system", "system:node:aks-1")]
    public async Task Admission_OfTheProxyItselfAndOfMirrorPods_DoesNotApply(string ns, string user) =>
        (await DecideAsync("""{"hostNetwork":true,"securityContext":{"runAsUser":16254},"containers":[{"name":"a"}]}""", ns, user)).ShouldBe("not matched");

    private static async Task<string> DecideAsync(string spec, string ns, string user)
    {
        var pod = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "p", ["namespace"] = ns }, ["spec"] = JsonNode.Parse(spec) }.ToJsonString();
        return await Admission.DecideAsync(Admission.Policy(await Rendered.OfAsync("everything"), Policy), user, [], pod, pod);
    }
}
