using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Commands;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("defaults")]
    [InlineData("everything")]
    public async Task Policy_OfTheValues_PassesPolicyCheck(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var map = chart.OfKind("ConfigMap").Single(one => ((string)one["metadata"]!["name"]!).EndsWith("-policy", StringComparison.Ordinal));

        var (code, output, errors) = await Product.RunAsync(map.ToJsonString(), "policy", "check", "-");

        code.ShouldBe(0, output + errors);
        output.ShouldContain("revision ");
        output.ShouldNotContain("warning", Case.Insensitive);
    }

    [Fact]
    public async Task Policy_ByDefault_IsInAuditMode()
    {
        var policy = Policy(await Rendered.OfAsync("defaults"), "-policy");

        policy.ToJsonString().ShouldBe("""{"identities":{},"mode":"audit","rules":[],"version":1}""");
    }

    [Fact]
    public async Task Policy_WithNamedRules_ListsAllExceptTheRemovedOnes()
    {
        var policy = Policy(await Rendered.OfAsync("everything"), "-policy");

        policy["rules"]!.AsArray().Select(rule => (string)rule!["name"]!).ShouldBe(["fluent-bit-to-adx", "istio-probes"]);
        ((string)policy["rules"]![0]!["description"]!).ShouldBe("Quotes \" and <angles>, and a dollar $(NODE_NAME).");
        policy["enforceOnly"]!.ToJsonString().ShouldBe("""[{"namespaces":["payments"]}]""");
    }

    [Fact]
    public async Task Hook_ChecksThePolicyThatWillBeInForce()
    {
        var chart = await Rendered.OfAsync("everything");
        var job = Job(chart, "-policy-check");

        ((string)job["metadata"]!["annotations"]!["helm.sh/hook"]!).ShouldBe("pre-install,pre-upgrade");
        Policy(chart, "-policy-check").ToJsonString().ShouldBe(Policy(chart, "-policy").ToJsonString());
        job["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.ToJsonString().ShouldBe("""["policy","check","/etc/imds-proxy/policy/policy.json"]""");

        var existing = Job(await Rendered.OfAsync("existing ConfigMap"), "-policy-check")["spec"]!["template"]!["spec"]!;
        ((string)existing["volumes"]![0]!["configMap"]!["name"]!).ShouldBe("team-policy");
        ((string)existing["containers"]![0]!["args"]![2]!).ShouldBe("/etc/imds-proxy/policy/all.json");
    }

    [Fact]
    public async Task Policy_OfFragments_IsCheckedAndWatchedAsAWhole()
    {
        var chart = await Rendered.OfAsync("fragments");

        chart.Arguments("proxy").ShouldContain($"--policy-configmap={Rendered.Namespace}/team-policy", StringComparer.Ordinal);
        ((string)Job(chart, "-policy-check")["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]![2]!).ShouldBe("/etc/imds-proxy/policy/");
    }

    // Kubelet mounts a ConfigMap like this: each key is a link into a directory that is itself a link.
    [Theory]
    [InlineData("""{"version":1,"mode":"audit"}""", 0)]
    [InlineData("""{"version":1,"mode":"sometimes"}""", 1)]
    public async Task PolicyCheck_OfMountedFragments_ReadsThemAll(string main, int expected)
    {
        var mount = Directory.CreateTempSubdirectory("imds-proxy-mount-").FullName;
        try
        {
            var data = Directory.CreateDirectory(Path.Combine(mount, "..2026_11_21")).FullName;
            await File.WriteAllTextAsync(Path.Combine(data, "main.json"), main);
            await File.WriteAllTextAsync(Path.Combine(data, "team.json"), """{"rules":[{"name":"a","workloads":[{}],"deny":[{}]}]}""");
            Directory.CreateSymbolicLink(Path.Combine(mount, "..data"), "..2026_11_21");
            File.CreateSymbolicLink(Path.Combine(mount, "main.json"), "..data/main.json");
            File.CreateSymbolicLink(Path.Combine(mount, "team.json"), "..data/team.json");

            var (code, output, errors) = await Product.RunAsync("", "policy", "check", mount + "/");

            code.ShouldBe(expected, output + errors);
        }
        finally
        {
            Directory.Delete(mount, recursive: true);
        }
    }

    [Theory]
    [InlineData("defaults", "prove --closed=$(NODE_IP):16254 --closed=168.63.129.16:32526")]
    [InlineData("cilium", "prove --closed=168.63.129.16:32526")]
    [InlineData("enforced", "prove --closed=$(NODE_IP):16254 --closed=168.63.129.16:32526 --expect-denial")]
    public async Task Test_RunsAsAnOrdinaryPod(string values, string arguments)
    {
        var pod = Test(await Rendered.OfAsync(values))["spec"]!;
        var container = pod["containers"]!.AsArray().ShouldHaveSingleItem()!;

        pod["hostNetwork"].ShouldBeNull();
        ((bool)pod["automountServiceAccountToken"]!).ShouldBeFalse();
        ((bool)pod["securityContext"]!["runAsNonRoot"]!).ShouldBeTrue();
        container["securityContext"]!["capabilities"]!.ToJsonString().ShouldBe("""{"drop":["ALL"]}""");
        var given = container["args"]!.AsArray().Select(argument => (string)argument!).ToList();
        string.Join(' ', given).ShouldBe(arguments);
        ProveCommand.Create().Parse([.. given.Skip(1).Select(argument => argument.Replace("$(NODE_IP)", "10.224.0.4", StringComparison.Ordinal))]).Errors.ShouldBeEmpty();
    }

    // Helm reads the log of the pod with the hook's name, and does not delete hooks on uninstall.
    [Fact]
    public async Task Test_Pod_IsDeletedAfterTheTest()
    {
        var annotations = Test(await Rendered.OfAsync("defaults"))["metadata"]!["annotations"]!;

        ((string)annotations["helm.sh/hook"]!).ShouldBe("test");
        ((string)annotations["helm.sh/hook-delete-policy"]!).ShouldBe("before-hook-creation,hook-succeeded,hook-failed");
        ((string)annotations["helm.sh/hook-output-log-policy"]!).ShouldBe("hook-failed");
    }

    private static JsonNode Test(Rendered chart) => chart.OfKind("Pod").ShouldHaveSingleItem()!;

    private static JsonNode Job(Rendered chart, string ending) =>
        chart.OfKind("Job").Single(job => ((string)job["metadata"]!["name"]!).EndsWith(ending, StringComparison.Ordinal));

    private static JsonNode Policy(Rendered chart, string ending) =>
        JsonNode.Parse((string)chart.OfKind("ConfigMap").Single(one => ((string)one["metadata"]!["name"]!).EndsWith(ending, StringComparison.Ordinal))["data"]!["policy.json"]!)!;
}
