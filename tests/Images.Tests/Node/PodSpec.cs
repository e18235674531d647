using System.Text.Json.Nodes;
using ImdsProxy.Chart.Tests.Tools;
using Shouldly;

namespace ImdsProxy.Images.Tests.Node;

/// <summary>The pod of the rendered DaemonSet.</summary>
internal sealed class PodSpec(Rendered chart)
{
    private const string Values = """
        image:
          proxy: { repository: localhost/imds-proxy-tests/proxy, tag: now }
          redirect: { repository: localhost/imds-proxy-tests/redirect, tag: now }
        policy:
          mode: enforce
          identities:
            app: { clientId: 2bc9e0c4-4edd-4c1b-9972-3a095d2bdce6 }
          rules:
            apps-read-secrets:
              workloads: [{ namespaces: [apps] }]
              allow:
                - { path: /metadata/identity/oauth2/token, identities: [app], resources: ["https://vault.azure.net"] }
                - { path: /metadata/versions }
        """;

    /// <summary>The rest of the arguments of helm: another tag of proxy's image, for example.</summary>
    public static async Task<PodSpec> RenderAsync(params string[] more)
    {
        await ChartTools.RequireAsync();
        return new PodSpec(await Rendered.WithAsync(Values, more));
    }

    public JsonNode Spec => chart.One("DaemonSet")["spec"]!["template"]!["spec"]!;

    public IEnumerable<JsonNode> InitContainers => Spec["initContainers"]!.AsArray().Select(static container => container!);

    public JsonNode Container(string name) => chart.Container(name).ShouldNotBeNull(name);

    public string Grace => $"{(long)Spec["terminationGracePeriodSeconds"]!}";

    /// <summary>The chart's policy: the ConfigMap's namespace and name, and its text.</summary>
    public (string Namespace, string Name, string Text) Policy()
    {
        var map = chart.Standing("ConfigMap").Single(static map => map["data"]?["policy.json"] is not null);
        return ((string)map["metadata"]!["namespace"]!, (string)map["metadata"]!["name"]!, (string)map["data"]!["policy.json"]!);
    }

    public JsonNode Volume(string name) => Spec["volumes"]!.AsArray().Single(volume => (string?)volume!["name"] == name)!;
}
