using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Commands.Doctor;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary><c>helm test</c> runs the doctor in an ordinary pod, and in a pod on hostNetwork.</summary>
public sealed class DoctorTests
{
    private const string Version = "IMDS_PROXY_CHART_VERSION";

    public static TheoryData<string> Matrix => [.. Values.All.Keys];

    [Theory, MemberData(nameof(Matrix))]
    public async Task Doctor_OfEachTest_AcceptsItsFlags(string values)
    {
        var chart = await Rendered.OfAsync(values);

        Doctor(chart, "release-imds-proxy-test")["args"]!.AsArray().Select(static a => (string)a!).ShouldBe(["doctor", "--network=pod"]);
        foreach (var pod in new[] { "release-imds-proxy-test", "release-imds-proxy-test-node" })
        {
            var flags = Doctor(chart, pod)["args"]!.AsArray().Skip(1).Select(static a => ((string)a!).Replace("$(NODE_IPS)", "10.224.0.4,fd00::4", StringComparison.Ordinal));
            DoctorCommand.Create().Parse([.. flags]).Errors.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("defaults")]
    [InlineData("everything")]
    public async Task NodeTest_BesideIptables_HasTheRightsAndSettingsOfTheRedirect(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var (doctor, redirect) = (Doctor(chart, "release-imds-proxy-test-node"), chart.Container("redirect")!);

        ((bool)Pod(chart, "release-imds-proxy-test-node")["spec"]!["hostNetwork"]!).ShouldBeTrue();
        doctor["image"]!.ToJsonString().ShouldBe(redirect["image"]!.ToJsonString());
        doctor["securityContext"]!.ToJsonString().ShouldBe(redirect["securityContext"]!.ToJsonString());
        Settings(doctor).Except(["--network=node", "--management=unix:/run/imds-proxy/management.sock"], StringComparer.Ordinal)
            .Except(Settings(redirect), StringComparer.Ordinal).ShouldBeEmpty("the doctor looks for what the redirect puts in place");
        doctor["volumeMounts"]!.AsArray().Select(static mount => mount!.ToJsonString())
            .Except(redirect["volumeMounts"]!.AsArray().Select(static mount => mount!.ToJsonString()), StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public async Task NodeTest_BesideCilium_HasNoRights()
    {
        var doctor = Doctor(await Rendered.OfAsync("cilium"), "release-imds-proxy-test-node");

        ((string)doctor["image"]!).ShouldStartWith("imds-proxy:");
        doctor["securityContext"]!["capabilities"]!["add"].ShouldBeNull();
        ((bool)doctor["securityContext"]!["runAsNonRoot"]!).ShouldBeTrue();
        doctor["volumeMounts"].ShouldBeNull();
    }

    [Fact]
    public async Task OrdinaryTest_HasNoRights()
    {
        var pod = Pod(await Rendered.OfAsync("defaults"), "release-imds-proxy-test");

        pod["spec"]!["hostNetwork"].ShouldBeNull();
        ((bool)pod["spec"]!["automountServiceAccountToken"]!).ShouldBeFalse();
        pod["spec"]!["containers"]!.AsArray().ShouldAllBe(static container => container!["securityContext"]!["capabilities"]!["add"] == null);
    }

    [Theory, MemberData(nameof(Matrix))]
    public async Task Containers_OfTheProxy_KnowTheChartsVersion(string values)
    {
        var chart = await Rendered.OfAsync(values);
        var containers = new[] { chart.Container("proxy"), chart.Container("redirect"), Doctor(chart, "release-imds-proxy-test"), Doctor(chart, "release-imds-proxy-test-node") };

        containers.OfType<JsonNode>().SelectMany(static container => container["env"]!.AsArray()).Where(static variable => (string?)variable!["name"] == Version)
            .Select(static variable => (string)variable!["value"]!).ShouldAllBe(static version => version == "0.1.0");
        containers.OfType<JsonNode>().ShouldAllBe(static container => container["env"]!.AsArray().Any(variable => (string?)variable!["name"] == Version));
    }

    private static JsonNode Pod(Rendered chart, string name) => chart.OfKind("Pod").Single(pod => (string?)pod["metadata"]!["name"] == name);

    private static JsonNode Doctor(Rendered chart, string pod) => Pod(chart, pod)["spec"]!["containers"]!.AsArray().Single(static container => (string?)container!["name"] == "doctor")!;

    private static IEnumerable<string> Settings(JsonNode container) => container["args"]!.AsArray().Select(static a => (string)a!).Where(static a => a.StartsWith("--", StringComparison.Ordinal));
}
