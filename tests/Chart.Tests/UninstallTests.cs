using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Commands;
using ImdsProxy.Commands.Uninstall;
using ImdsProxy.Kubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>The hook that has the rules taken away before the release goes.</summary>
public sealed class UninstallTests
{
    private static readonly string[] Kinds = ["Job", "Role", "RoleBinding", "ServiceAccount"];

    [SkippableTheory]
    [InlineData("defaults", true)]
    [InlineData("everything", true)]
    [InlineData("existing ConfigMap", true)]
    [InlineData("cilium", false)]
    [InlineData("nothing kept", false)]
    public async Task Hook_IsThereWhereRulesWouldStay(string values, bool isThere)
    {
        var hook = Hook(await Rendered.OfAsync(values));

        hook.Select(node => (string)node["kind"]!).Order(StringComparer.Ordinal).ShouldBe(isThere ? Kinds : []);
    }

    // Rights first, and nobody has them before an uninstall or after.
    [SkippableFact]
    public async Task Hook_LivesDuringAnUninstallAlone()
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

    [SkippableFact]
    public async Task Role_GrantsExactlyWhatIsAskedAndForTheOneConfigMap()
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

    [SkippableTheory]
    [InlineData("defaults")]
    [InlineData("everything")]
    public async Task Job_SpeaksOfThisReleasesPodsPortAndOverride(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var given = Container(chart)["args"]!.AsArray().Select(argument => (string)argument!).ToList();
        var port = chart.Arguments("redirect").Single(argument => argument.StartsWith("--port=", StringComparison.Ordinal));

        given.ShouldBe([
            "uninstall", $"--namespace={Rendered.Namespace}", $"--daemonset={chart.One("DaemonSet")["metadata"]!["name"]}",
            $"--override-configmap={Override(chart)}", port, "--timeout=4m"]);
        UninstallCommand.Create().Parse([.. given.Skip(1), "--kube-api=https://10.0.0.1"]).Errors.ShouldBeEmpty();
        FlagValues.Duration("4m").TotalSeconds.ShouldBeLessThan((long)One(chart, "Job")["spec"]!["activeDeadlineSeconds"]!);
        ((long)One(chart, "Job")["spec"]!["activeDeadlineSeconds"]!).ShouldBeLessThan(300, "Helm waits five minutes, and then says less");
    }

    [SkippableFact]
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

    private static List<JsonNode> Hook(Rendered chart) =>
        [.. chart.Objects.Where(node => ((string)node["metadata"]!["name"]!).EndsWith("-uninstall", StringComparison.Ordinal))];

    private static JsonNode One(Rendered chart, string kind) => Hook(chart).Single(node => (string)node["kind"]! == kind);

    private static JsonNode Pod(Rendered chart) => One(chart, "Job")["spec"]!["template"]!["spec"]!;

    private static JsonNode Container(Rendered chart) => Pod(chart)["containers"]!.AsArray().ShouldHaveSingleItem()!;

    private static string Override(Rendered chart) => (string)chart.One("DaemonSet")["spec"]!["template"]!["spec"]!["volumes"]!.AsArray()
        .Single(volume => (string?)volume!["name"] == "override")!["configMap"]!["name"]!;
}
