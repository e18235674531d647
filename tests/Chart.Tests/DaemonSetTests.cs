using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Commands;
using ImdsProxy.Commands.Flags;
using ImdsProxy.Commands.Redirect;
using ImdsProxy.Commands.Serve;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

public sealed class DaemonSetTests
{
    public static TheoryData<string> Matrix => [.. Values.All.Keys];

    [Theory, MemberData(nameof(Matrix))]
    public async Task Containers_HaveOnlyTheRightsTheyNeed(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var rights = new Dictionary<string, (int User, string[] Capabilities)>(StringComparer.Ordinal)
        {
            ["prepare"] = (0, ["CHOWN"]),
            ["redirect"] = (0, ["NET_ADMIN", "NET_RAW"]),
            ["proxy"] = (16254, []),
        };
        foreach (var container in Containers(chart))
        {
            var name = (string)container["name"]!;
            var context = container["securityContext"]!;
            ((long)context["runAsUser"]!).ShouldBe(rights[name].User, name);
            Texts(context["capabilities"]!["drop"]).ShouldBe(["ALL"], name);
            Texts(context["capabilities"]!["add"]).ShouldBe(rights[name].Capabilities, name);
            ((bool)context["allowPrivilegeEscalation"]!).ShouldBeFalse(name);
            ((bool)context["readOnlyRootFilesystem"]!).ShouldBeTrue(name);
            ((string)context["seccompProfile"]!["type"]!).ShouldBe("RuntimeDefault", name);
            context["privileged"].ShouldBeNull(name);
            container["resources"]!["requests"].ShouldNotBeNull(name);
            container["resources"]!["limits"]!["memory"].ShouldNotBeNull(name);
        }

        ((bool)chart.Container("proxy")!["securityContext"]!["runAsNonRoot"]!).ShouldBeTrue();
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task Pod_UsesTheHostNetworkAndRunsOnEveryLinuxNode(string values)
    {
        var pod = Pod(await Rendered.OfAsync(values));

        ((bool)pod["hostNetwork"]!).ShouldBeTrue();
        pod["hostPID"].ShouldBeNull();
        ((bool)pod["enableServiceLinks"]!).ShouldBeFalse();
        ((string)pod["priorityClassName"]!).ShouldBe("system-node-critical");
        pod["tolerations"]!.ToJsonString().ShouldBe("""[{"operator":"Exists"}]""");
        ((string)pod["nodeSelector"]!["kubernetes.io/os"]!).ShouldBe("linux");
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task Rollout_NeverRemovesTheOldPodFirst(string values)
    {
        var strategy = (await Rendered.OfAsync(values)).One("DaemonSet")["spec"]!["updateStrategy"]!;

        strategy.ToJsonString().ShouldBe("""{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}""");
    }

    [Theory]
    [InlineData("25%")]
    [InlineData("5")]
    public async Task Rollout_WithMaxSurge_UpdatesThatManyNodesAtOnce(string nodes)
    {
        var (code, output, errors) = await Rendered.HelmAsync("template release", $"rollout: {{ maxSurge: {nodes} }}");

        code.ShouldBe(0, errors);
        output.ShouldContain($"maxSurge: {nodes}\n");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0%")]
    [InlineData("all")]
    public async Task Rollout_WithAnInvalidMaxSurge_IsRefused(string nodes)
    {
        var (code, _, errors) = await Rendered.HelmAsync("template release", $"rollout: {{ maxSurge: {nodes} }}");

        code.ShouldNotBe(0);
        errors.ShouldContain("maxSurge");
    }

    // The same bound as --audit-max-bytes: a share of a smaller directory could not hold several segments.
    [Theory]
    [InlineData("1MiB", true)]
    [InlineData("1024KiB", true)]
    [InlineData("1048576", true)]
    [InlineData("512GiB", true)]
    [InlineData("1023KiB", false)]
    [InlineData("1048575", false)]
    [InlineData("0GiB", false)]
    [InlineData("64", false)]
    public async Task AuditMaxBytes_Below1MiB_IsRefused(string bytes, bool isAccepted)
    {
        var (code, _, errors) = await Rendered.HelmAsync("template release", $"audit: {{ maxBytes: \"{bytes}\" }}");

        (code == 0).ShouldBe(isAccepted, errors);
    }

    // Under hostNetwork, a declared port is a host port, and two pods with the same host port can't share a node.
    [Theory, MemberData(nameof(Matrix))]
    public async Task Containers_DeclareNoPorts(string values)
    {
        foreach (var container in Containers(await Rendered.OfAsync(values)))
        {
            container["ports"].ShouldBeNull((string?)container["name"]);
        }
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task Probes_UseThePodsOwnSocket(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var management = Value(chart.Arguments("proxy"), "--management");
        foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
        {
            var command = Texts(chart.Container("proxy")![probe]!["exec"]!["command"]);
            command.Take(2).ShouldBe(["/app/imds-proxy", "health"], probe);
            command.ShouldContain($"--management={management}", StringComparer.Ordinal);
            command.Contains("--live", StringComparer.Ordinal).ShouldBe(probe != "readinessProbe", probe);
            HealthCommand.Create().Parse([.. command.Skip(2)]).Errors.ShouldBeEmpty(probe);
        }

        management.ShouldStartWith("unix:/run/imds-proxy/");
        Volume(chart, "run")["emptyDir"].ShouldNotBeNull();
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task GracePeriod_IsLongerThanTheDrain(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var drain = FlagValues.Duration(Value(chart.Arguments("proxy"), "--drain-timeout"));

        ((double)(long)Pod(chart)["terminationGracePeriodSeconds"]!).ShouldBeGreaterThanOrEqualTo(drain.TotalSeconds + 10);
    }

    [Theory]
    [InlineData("defaults", "16254")]
    [InlineData("everything", "17000")]
    public async Task Redirect_UsesThePortTheProxyListensOn(string values, string port)
    {
        var chart = await Rendered.OfAsync(values);

        Value(chart.Arguments("redirect"), "--port").ShouldBe(port);
        Value(chart.Arguments("proxy"), "--listen").ShouldBe($"0.0.0.0:{port}");
        chart.Arguments("proxy").ShouldContain("--require-original-destination", StringComparer.Ordinal);
    }

    // The proxy writes its readiness to a file that the redirect can read but not change. Both containers must use the same file.
    [Theory]
    [InlineData("defaults")]
    [InlineData("everything")]
    [InlineData("nothing kept")]
    public async Task Redirect_ReadsTheReadyFileThatTheProxyWrites(string values)
    {
        var chart = await Rendered.OfAsync(values);

        var file = Value(chart.Arguments("proxy"), "--ready-file");
        Value(chart.Arguments("redirect"), "--ready-file").ShouldBe(file);
        foreach (var (container, readOnly) in new[] { ("proxy", false), ("redirect", true) })
        {
            var mount = chart.Container(container)!["volumeMounts"]!.AsArray().Single(mount => (string?)mount!["name"] == "ready")!;
            ((string)mount["mountPath"]!).ShouldBe(Path.GetDirectoryName(file));
            ((bool?)mount["readOnly"] ?? false).ShouldBe(readOnly, container);
        }

        var volume = Volume(chart, "ready")["emptyDir"]!;
        ((string)volume["medium"]!).ShouldBe("Memory", "a reboot empties it");
        volume["sizeLimit"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Proxy_UnderCilium_WritesNoReadyFile() =>
        (await Rendered.OfAsync("cilium")).Text.ShouldNotContain("ready-file");

    [Fact]
    public async Task Redirect_RunsAsASidecarWithoutAToken()
    {
        var chart = await Rendered.OfAsync("defaults");

        ((string)chart.Container("redirect")!["restartPolicy"]!).ShouldBe("Always");
        ((bool)Pod(chart)["automountServiceAccountToken"]!).ShouldBeFalse();
        Containers(chart).Where(container => Mounts(container).Contains("api-token", StringComparer.Ordinal)).Select(container => (string)container["name"]!).ShouldBe(["proxy"]);
        Volume(chart, "xtables-lock")["hostPath"]!["path"]!.ToString().ShouldBe("/run/xtables.lock");
        chart.Arguments("redirect").ShouldNotContain("--remove-on-exit", StringComparer.Ordinal);
        Containers(chart).Where(container => Mounts(container).Contains("override", StringComparer.Ordinal)).Select(container => (string)container["name"]!).ShouldBe(["redirect", "proxy"]);
        ((bool)Volume(chart, "override")["configMap"]!["optional"]!).ShouldBeTrue();
    }

    // Every argument that a container gets must be accepted by the commands of this version.
    [Theory, MemberData(nameof(Matrix))]
    public async Task Arguments_AreAcceptedByTheCommands(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var token = Path.GetTempFileName();
        try
        {
            ServeCommand.Create().Parse([.. Known(chart, "proxy").Skip(1), "--kube-api=http://127.0.0.1:1", $"--kube-token-file={token}"]).Errors.ShouldBeEmpty();
            PrepareCommand.Create().Parse([.. Known(chart, "prepare").Skip(1)]).Errors.ShouldBeEmpty();
            if (chart.Container("redirect") is not null)
            {
                RedirectCommand.Create().Parse([.. Known(chart, "redirect").Skip(1)]).Errors.ShouldBeEmpty();
            }
        }
        finally
        {
            File.Delete(token);
        }
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task Mounts_HaveMatchingVolumes(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var volumes = Pod(chart)["volumes"]!.AsArray().Select(volume => (string)volume!["name"]!).ToList();

        Containers(chart).SelectMany(Mounts).Distinct(StringComparer.Ordinal).ShouldBe(volumes, ignoreOrder: true);
    }

    private static IEnumerable<string> Known(Rendered chart, string container) => chart.Arguments(container)
        .Select(argument => argument.Replace("$(NODE_NAME)", "aks-1", StringComparison.Ordinal).Replace("$(NODE_IPS)", "10.224.0.4,fd00::4", StringComparison.Ordinal));

    private static JsonNode Pod(Rendered chart) => chart.One("DaemonSet")["spec"]!["template"]!["spec"]!;

    private static IEnumerable<JsonNode> Containers(Rendered chart) =>
        Pod(chart)["initContainers"]!.AsArray().Concat(Pod(chart)["containers"]!.AsArray()).Select(container => container!);

    private static IEnumerable<string> Mounts(JsonNode container) =>
        (container["volumeMounts"]?.AsArray() ?? []).Select(mount => (string)mount!["name"]!);

    private static JsonNode Volume(Rendered chart, string name) => Pod(chart)["volumes"]!.AsArray().Single(volume => (string?)volume!["name"] == name)!;

    private static string[] Texts(JsonNode? list) => [.. (list?.AsArray() ?? []).Select(text => (string)text!)];

    private static string Value(IEnumerable<string> arguments, string flag) =>
        arguments.Single(argument => argument.StartsWith(flag + "=", StringComparison.Ordinal))[(flag.Length + 1)..];
}
