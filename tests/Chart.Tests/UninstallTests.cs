using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Uninstall;
using ImdsProxy.Kubernetes;
using ImdsProxy.Kubernetes.Uninstall;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>The hook that removes the rules before the release is deleted.</summary>
public sealed class UninstallTests
{
    private const string Policy = "release-imds-proxy-uninstall-imds-proxy";

    private const string ProxyPod = """
        {"metadata":{"name":"p","labels":{"app.kubernetes.io/name":"imds-proxy","app.kubernetes.io/instance":"release","app.kubernetes.io/component":"node"},"annotations":{"note":"yes"},"resourceVersion":"1"},"spec":{"containers":[{"name":"proxy","image":"proxy:1"}]}}
        """;

    private static readonly string[] Kinds = ["Job", "Role", "RoleBinding", "ServiceAccount"];

    [Theory]
    [InlineData("defaults", true)]
    [InlineData("everything", true)]
    [InlineData("existing ConfigMap", true)]
    [InlineData("cilium", false)]
    [InlineData("nothing kept", false)]
    public async Task Hook_ExistsOnlyIfRulesWouldRemain(string values, bool isThere)
    {
        var hook = Hook(await Rendered.OfAsync(values));

        hook.Select(node => (string)node["kind"]!).Order(StringComparer.Ordinal).ShouldBe(isThere ? Kinds : []);
    }

    // The rights are created first. Nobody has them before or after an uninstall.
    [Fact]
    public async Task Hook_ExistsOnlyDuringAnUninstall()
    {
        foreach (var node in Hook(await Rendered.OfAsync("defaults")))
        {
            var annotations = node["metadata"]!["annotations"]!;
            var isJob = (string)node["kind"]! == "Job";
            ((string)annotations["helm.sh/hook"]!).ShouldBe("pre-delete");
            ((string)annotations["helm.sh/hook-weight"]!).ShouldBe(isJob ? "0" : "-10");
            ((string)annotations["helm.sh/hook-delete-policy"]!).ShouldBe(isJob ? "before-hook-creation,hook-succeeded" : "before-hook-creation,hook-succeeded,hook-failed");
            ((string?)annotations["helm.sh/hook-output-log-policy"]).ShouldBe(isJob ? "hook-failed" : null);
        }
    }

    [Fact]
    public async Task HookRole_GrantsExactlyWhatIsRequestedForOneConfigMap()
    {
        var chart = await Rendered.OfAsync("defaults");
        var rules = One(chart, "Role")["rules"]!.AsArray();

        rules.SelectMany(rule => rule!["resources"]!.AsArray().SelectMany(resource => rule["verbs"]!.AsArray().Select(verb => ((string)resource!, (string)verb!))))
            .ShouldBe(KubeAccess.OfUninstall, ignoreOrder: true);
        rules.Single(rule => (string?)rule!["resources"]![0] == "configmaps")!["resourceNames"]!.ToJsonString().ShouldBe($"""["{Override(chart)}"]""");
        ((string)One(chart, "RoleBinding")["roleRef"]!["name"]!).ShouldBe((string)One(chart, "Role")["metadata"]!["name"]!);
        ((string)One(chart, "RoleBinding")["subjects"]!.AsArray().ShouldHaveSingleItem()!["name"]!).ShouldBe((string)Pod(chart)["serviceAccountName"]!);
        ((string)One(chart, "ServiceAccount")["metadata"]!["name"]!).ShouldBe((string)Pod(chart)["serviceAccountName"]!);
    }

    [Theory]
    [InlineData("defaults")]
    [InlineData("everything")]
    public async Task Job_NamesThisReleasesPodsPortAndOverride(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var given = Container(chart)["args"]!.AsArray().Select(argument => (string)argument!).ToList();
        var port = chart.Arguments("redirect").Single(argument => argument.StartsWith("--port=", StringComparison.Ordinal));

        given.ShouldBe([
            "uninstall", $"--namespace={Rendered.Namespace}", $"--daemonset={chart.One("DaemonSet")["metadata"]!["name"]}",
            $"--override-configmap={Override(chart)}", port, "--timeout=4m"]);
        UninstallCommand.Create().Parse([.. given.Skip(1), "--kube-api=https://10.0.0.1"]).Errors.ShouldBeEmpty();
        FlagValues.Duration("4m").TotalSeconds.ShouldBeLessThan((long)One(chart, "Job")["spec"]!["activeDeadlineSeconds"]!);
        ((long)One(chart, "Job")["spec"]!["activeDeadlineSeconds"]!).ShouldBeLessThan(300, "after five minutes, Helm gives up with a less helpful message");
    }

    [Fact]
    public async Task Job_HasNoRightsOnItsNode()
    {
        var chart = await Rendered.OfAsync("defaults");
        var context = Container(chart)["securityContext"]!;

        Pod(chart)["securityContext"]!.ToJsonString().ShouldBe("""{"runAsNonRoot":true,"runAsUser":16254,"runAsGroup":16254,"seccompProfile":{"type":"RuntimeDefault"}}""");
        context["capabilities"]!.ToJsonString().ShouldBe("""{"drop":["ALL"]}""");
        ((bool)context["allowPrivilegeEscalation"]!).ShouldBeFalse();
        ((bool)context["readOnlyRootFilesystem"]!).ShouldBeTrue();
        Pod(chart)["volumes"].ShouldBeNull();
        Container(chart)["ports"].ShouldBeNull();
    }

    // With an unrestricted right to patch pods, the hook could change the proxy's image.
    [Fact]
    public async Task Admission_OfTheHooksAnnotation_IsAllowed()
    {
        (await DecideAsync(ProxyPod, ProxyPod.Replace("\"annotations\":{", "\"annotations\":{\"imdsproxy.io/refresh\":\"2026-11-21T04:30:00Z\",", StringComparison.Ordinal))).ShouldBe("");
        (await DecideAsync(ProxyPod.Replace("\"annotations\":{\"note\":\"yes\"},", "", StringComparison.Ordinal), ProxyPod.Replace("\"note\":\"yes\"", "\"imdsproxy.io/refresh\":\"2\"", StringComparison.Ordinal))).ShouldBe("");
        (await DecideAsync(ProxyPod.Replace("\"note\":\"yes\"", "\"imdsproxy.io/refresh\":\"1\"", StringComparison.Ordinal), ProxyPod.Replace("\"note\":\"yes\"", "\"imdsproxy.io/refresh\":\"2\"", StringComparison.Ordinal))).ShouldBe("");
    }

    [Theory]
    [InlineData("another annotation", "\"note\":\"yes\"", "\"note\":\"yes\",\"evil\":\"1\"", "one annotation")]
    [InlineData("an annotation changed", "\"note\":\"yes\"", "\"note\":\"no\"", "one annotation")]
    [InlineData("an annotation gone", "\"annotations\":{\"note\":\"yes\"},", "", "one annotation")]
    [InlineData("a long value", "\"note\":\"yes\"", "\"note\":\"yes\",\"imdsproxy.io/refresh\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"", "one annotation")]
    [InlineData("an image", "proxy:1", "evil:1", "only the annotations of a pod")]
    [InlineData("a toleration", "\"containers\":", "\"tolerations\":[{\"operator\":\"Exists\"}],\"containers\":", "only the annotations of a pod")]
    [InlineData("a deadline", "\"containers\":", "\"activeDeadlineSeconds\":1,\"containers\":", "only the annotations of a pod")]
    [InlineData("a label", "\"app.kubernetes.io/instance\":\"release\"", "\"app.kubernetes.io/instance\":\"release\",\"a\":\"b\"", "only the annotations of a pod")]
    [InlineData("an owner", "\"labels\":", "\"ownerReferences\":[{\"name\":\"x\"}],\"labels\":", "only the annotations of a pod")]
    [InlineData("a finalizer", "\"labels\":", "\"finalizers\":[\"a/b\"],\"labels\":", "only the annotations of a pod")]
    public async Task Admission_OfAnyOtherChangeByTheHook_IsRefused(string what, string from, string to, string why) =>
        (await DecideAsync(ProxyPod, ProxyPod.Replace(from, to, StringComparison.Ordinal))).ShouldContain(why, Case.Sensitive, what);

    [Theory]
    [InlineData("\"app.kubernetes.io/component\":\"node\"", "\"app.kubernetes.io/component\":\"uninstall\"")]
    [InlineData("\"app.kubernetes.io/instance\":\"release\"", "\"app.kubernetes.io/instance\":\"other\"")]
    [InlineData("\"labels\":{\"app.kubernetes.io/name\":\"imds-proxy\",\"app.kubernetes.io/instance\":\"release\",\"app.kubernetes.io/component\":\"node\"},", "")]
    public async Task Admission_OfAnotherPod_IsRefused(string from, string to)
    {
        var other = ProxyPod.Replace(from, to, StringComparison.Ordinal);

        (await DecideAsync(other, other.Replace("\"note\":\"yes\"", "\"note\":\"yes\",\"imdsproxy.io/refresh\":\"1\"", StringComparison.Ordinal)))
            .ShouldContain("only the proxy's own pods");
    }

    [Fact]
    public async Task Admission_OfKubelets_DoesNotApply() =>
        (await DecideAsync(ProxyPod, ProxyPod.Replace("proxy:1", "evil:1", StringComparison.Ordinal), user: "system:node:aks-1")).ShouldBe("not matched");

    // The policy exists before the hook's rights do, and as long as the release.
    [Fact]
    public async Task Admission_IsInForceBeforeTheHookHasItsRights()
    {
        var chart = await Rendered.OfAsync("defaults");
        var policy = Admission.Policy(chart, Policy);

        ((string)policy["spec"]!["failurePolicy"]!).ShouldBe("Fail");
        policy["spec"]!["matchConstraints"]!["resourceRules"]!.ToJsonString().ShouldBe(
            """[{"apiGroups":[""],"apiVersions":["v1"],"operations":["UPDATE"],"resources":["pods"]}]""");
        var binding = chart.Standing("ValidatingAdmissionPolicyBinding").Single(one => (string?)one["metadata"]!["name"] == Policy);
        ((string)binding["spec"]!["policyName"]!).ShouldBe(Policy);
        binding["spec"]!["validationActions"]!.ToJsonString().ShouldBe("""["Deny"]""");
        policy.ToJsonString().ShouldContain(MountRefresh.Annotation);
    }

    [Theory]
    [InlineData("cilium")]
    [InlineData("nothing kept")]
    public async Task Admission_WithoutTheHook_IsAbsent(string values) =>
        (await Rendered.OfAsync(values)).OfKind("ValidatingAdmissionPolicy").ShouldNotContain(static policy => (string?)policy["metadata"]!["name"] == Policy);

    [Fact]
    public async Task Admission_SwitchedOff_IsAbsent()
    {
        await ChartTools.RequireAsync();

        var (code, output, errors) = await Rendered.HelmAsync("template release", "redirect: { admissionPolicy: false }");

        code.ShouldBe(0, errors);
        output.ShouldNotContain("kind: ValidatingAdmissionPolicy");
    }

    private static async Task<string> DecideAsync(string before, string after, string user = "system:serviceaccount:imds-proxy:release-imds-proxy-uninstall") =>
        await Admission.DecideAsync(Admission.Policy(await Rendered.OfAsync("defaults"), Policy), user, [], before, after);

    private static List<JsonNode> Hook(Rendered chart) =>
        [.. chart.Objects.Where(node => ((string)node["metadata"]!["name"]!).EndsWith("-uninstall", StringComparison.Ordinal))];

    private static JsonNode One(Rendered chart, string kind) => Hook(chart).Single(node => (string)node["kind"]! == kind);

    private static JsonNode Pod(Rendered chart) => One(chart, "Job")["spec"]!["template"]!["spec"]!;

    private static JsonNode Container(Rendered chart) => Pod(chart)["containers"]!.AsArray().ShouldHaveSingleItem()!;

    private static string Override(Rendered chart) => (string)chart.One("DaemonSet")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray()
        .Single(volume => (string?)volume!["name"] == "override")!["configMap"]!["name"]!;
}
