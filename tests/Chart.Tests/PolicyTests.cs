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
    public async Task Hook_WithTests_RunsThemOnThePolicyToBeInstalled()
    {
        var chart = await Rendered.OfAsync("everything");
        var tests = Document(chart, "-policy-tests", "policy.tests.json");

        tests["never"]!.AsArray().ShouldHaveSingleItem()!["name"]!.ToString().ShouldBe("nobody but Fluent Bit gets its identity");
        HookArguments(chart).ShouldBe(["policy check /etc/imds-proxy/policy/policy.json", "policy test /etc/imds-proxy/policy/policy.json /etc/imds-proxy/policy-tests/policy.tests.json"]);
        var (code, output, errors) = await TestAsync(Policy(chart, "-policy"), tests);
        code.ShouldBe(0, output + errors);
        output.ShouldEndWith("2 passed, 0 failed\n");
    }

    [Fact]
    public async Task Hook_WithATestThatDoesNotHold_Fails()
    {
        var chart = await Rendered.OfAsync("everything");
        var policy = Policy(chart, "-policy");
        policy["rules"]![0]!["workloads"]![0]!.AsObject().Remove("serviceAccounts");

        var (code, output, _) = await TestAsync(policy, Document(chart, "-policy-tests", "policy.tests.json"));

        code.ShouldBe(1, output);
        output.ShouldContain("FAIL  nobody but Fluent Bit gets its identity: permitted by rule fluent-bit-to-adx");
    }

    [Theory]
    [InlineData("existing ConfigMap", "policy check /etc/imds-proxy/policy/all.json", "policy test /etc/imds-proxy/policy/all.json /etc/imds-proxy/policy/all.tests.json")]
    [InlineData("fragments", "policy check /etc/imds-proxy/policy/")]
    [InlineData("defaults", "policy check /etc/imds-proxy/policy/policy.json")]
    public async Task Hook_RunsTestsOnlyIfThereAreAny(string values, params string[] arguments) =>
        HookArguments(await Rendered.OfAsync(values)).ShouldBe(arguments);

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
        var container = pod["containers"]!.AsArray().Single(static one => (string?)one!["name"] == "prove")!;

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

    private static JsonNode Test(Rendered chart) => chart.OfKind("Pod").Single(static pod => (string?)pod["metadata"]!["name"] == "release-imds-proxy-test");

    private static JsonNode Job(Rendered chart, string ending) =>
        chart.OfKind("Job").Single(job => ((string)job["metadata"]!["name"]!).EndsWith(ending, StringComparison.Ordinal));

    private static List<string> HookArguments(Rendered chart) =>
        [.. Job(chart, "-policy-check")["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(static container => string.Join(' ', container!["args"]!.AsArray().Select(static argument => (string)argument!)))];

    private static async Task<(int Code, string Output, string Errors)> TestAsync(JsonNode policy, JsonNode tests)
    {
        var directory = Directory.CreateTempSubdirectory("imds-proxy-tests-");
        try
        {
            var file = Path.Combine(directory.FullName, "policy.tests.json");
            await File.WriteAllTextAsync(file, tests.ToJsonString());
            return await Product.RunAsync(policy.ToJsonString(), "policy", "test", "-", file);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static JsonNode Policy(Rendered chart, string ending) => Document(chart, ending, "policy.json");

    private static JsonNode Document(Rendered chart, string ending, string key) =>
        JsonNode.Parse((string)chart.OfKind("ConfigMap").Single(one => ((string)one["metadata"]!["name"]!).EndsWith(ending, StringComparison.Ordinal))["data"]![key]!)!;
}
