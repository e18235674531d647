using System.Text;
using ImdsProxy.LoadTests.Topology;
using ImdsProxy.LoadTests.Upstream;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>Creates the node's policy and callers: the pod that sends requests, and any number of others.</summary>
internal static class ImdsProxyFiles
{
    // Rules that apply to every pod. Clusters have a few of them, however many teams they have.
    private const int Guards = 5;

    /// <summary>
    /// Creates a policy: one rule for the pod that sends requests, a few guards for all pods, the rest for other
    /// namespaces.
    /// </summary>
    /// <param name="rules">1 to 10,000 rules; more would exceed the limit of 1 MiB.</param>
    /// <param name="revision">Changes the document without changing its meaning.</param>
    public static string Policy(int rules, int revision = 0)
    {
        var guards = Math.Min(Guards, rules - 1);
        var policy = new StringBuilder().Append(
            $$"""
            {"version":1,"mode":"enforce","identities":{"app":{"clientId":"{{StubAnswers.ClientId}}"} },"rules":[
            {"name":"apps","description":"{{revision}}","workloads":[{"namespaces":["apps"]}],"allow":[
             {"path":"/metadata/instance"},{"path":"/metadata/versions"},
             {"path":"/metadata/identity/oauth2/token","identities":["app"],"resources":["{{StubAnswers.Resource}}"]}]}
            """);
        for (var guard = 0; guard < guards; guard++)
        {
            policy.Append($$""",{"name":"guard{{guard}}","workloads":[{}],"except":[{"namespaces":["kube-system"]}],"deny":[{"path":"/metadata/attested/{{guard}}"}]}""").Append('\n');
        }

        for (var rule = guards + 1; rule < rules; rule++)
        {
            policy.Append($$""",{"name":"r{{rule}}","workloads":[{"namespaces":["n{{rule}}"]}],"allow":[{"path":"/metadata/versions"}]}""").Append('\n');
        }

        return policy.Append("]}\n").ToString();
    }

    /// <summary>Creates the callers of a node with this many pods. The pod that sends requests is in the middle.</summary>
    public static string Callers(int pods)
    {
        var others = Enumerable.Range(0, pods - 1).Select(pod => Pod($"10.244.{1 + (pod / 200)}.{1 + (pod % 200)}", $"n{pod}", $"service-{pod}", pod + 1)).ToList();
        others.Insert(others.Count / 2, Pod(NodeTopology.PodIp, "apps", "web", 0));
        return $$"""{"pods":[{{string.Join(",\n", others)}}]}""";
    }

    private static string Pod(string address, string space, string name, int number) =>
        $$"""{"ip":"{{address}}","namespace":"{{space}}","name":"{{name}}-0","uid":"{{new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}}","serviceAccount":"{{name}}","labels":{"app":"{{name}}"},"owner":"StatefulSet/{{name}}"}""";
}
