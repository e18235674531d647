using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using ImdsProxy.Kubernetes;
using Shouldly;
using Xunit;

namespace ImdsProxy.Chart.Tests;

/// <summary>
/// The roles grant exactly what the code requests. All requests are declared in <see cref="KubeAccess"/>; the code can make no
/// others.
/// </summary>
public sealed class RbacTests
{
    [Theory]
    [InlineData("defaults", "nodes")]
    [InlineData("existing ConfigMap", "events", "nodes")]
    [InlineData("everything")]
    [InlineData("cilium")]
    public async Task Roles_GrantExactlyWhatIsRequested(string values, params string[] notAsked)
    {
        var chart = await Rendered.OfAsync(values);

        chart.Standing("ClusterRole").Concat(chart.Standing("Role")).SelectMany(Grants)
            .ShouldBe(KubeAccess.All.Where(access => !notAsked.Contains(access.Resource, StringComparer.Ordinal)).Select(access => $"{access.Verb} {access.Resource}"), ignoreOrder: true);
    }

    [Theory]
    [InlineData("defaults", "release-imds-proxy-policy", "policy.json")]
    [InlineData("existing ConfigMap", "team-policy", "all.json")]
    public async Task Role_ForConfigMaps_NamesOnlyThePolicyAndTheOverride(string values, string name, string key)
    {
        var chart = await Rendered.OfAsync(values);

        var rule = chart.One("Role")["rules"]!.AsArray().ShouldHaveSingleItem()!;
        rule["resourceNames"]!.AsArray().Select(one => (string)one!).ShouldBe([name, "release-imds-proxy-override"]);
        chart.Arguments("proxy").ShouldContain($"--policy-configmap={Rendered.Namespace}/{name}/{key}", StringComparer.Ordinal);
        chart.Arguments("proxy").ShouldContain($"--override-configmap={Rendered.Namespace}/release-imds-proxy-override", StringComparer.Ordinal);
        chart.OfKind("ConfigMap").Any(map => (string?)map["metadata"]!["name"] == name).ShouldBe(values == "defaults");
    }

    [Fact]
    public async Task Bindings_NameTheDaemonSetsServiceAccount()
    {
        var chart = await Rendered.OfAsync("defaults");
        var account = (string)chart.One("DaemonSet")["spec"]!["template"]!["spec"]!["serviceAccountName"]!;

        ((string)chart.One("ServiceAccount")["metadata"]!["name"]!).ShouldBe(account);
        foreach (var (binding, role) in new[] { ("ClusterRoleBinding", "ClusterRole"), ("RoleBinding", "Role") })
        {
            var subject = chart.One(binding)["subjects"]!.AsArray().ShouldHaveSingleItem()!;
            ((string)subject["name"]!).ShouldBe(account);
            ((string)subject["namespace"]!).ShouldBe(Rendered.Namespace);
            ((string)chart.One(binding)["roleRef"]!["name"]!).ShouldBe((string)chart.One(role)["metadata"]!["name"]!);
        }
    }

    private static IEnumerable<string> Grants(JsonNode role) => role["rules"]!.AsArray().SelectMany(rule =>
        rule!["resources"]!.AsArray().SelectMany(resource => rule["verbs"]!.AsArray().Select(verb => $"{verb} {resource}")));
}
