using System.Text.Json.Nodes;
using ImdsProxy.TestKit.FakeKubernetes;

namespace ImdsProxy.Network.Client;

/// <summary>
/// A Kubernetes API server on loopback that is controlled by input lines: <c>pod NAMESPACE NAME ADDRESS</c> and <c>daemon
/// NAMESPACE NAME NODE-ADDRESS DAEMONSET</c> create pods, <c>gone NAMESPACE NAME</c> deletes one, and <c>policy NAMESPACE NAME
/// FILE</c> creates a ConfigMap. <c>mount CONFIGMAP DIRECTORY</c> mounts a ConfigMap as kubelet does, and <c>kubelet CONFIGMAP
/// DIRECTORY</c> does so each time a pod is patched. <c>rights CONFIGMAPS</c> grants what the chart's roles grant. The server ends with
/// its standard input.
/// </summary>
internal static class KubernetesApi
{
    public static async Task<int> RunAsync()
    {
        await using var server = await FakeApiServer.StartAsync();
        Console.WriteLine($"serves {server.Address} {server.TokenFile} {server.CaFile}");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Take(server, server.Cluster, line.Split(' '));
            Console.WriteLine("done");
        }

        return 0;
    }

    private static void Take(FakeApiServer server, FakeCluster cluster, string[] words)
    {
        switch (words)
        {
            case ["pod", var ns, var name, var address]:
                cluster.Put("pods", FakePods.Pod(name, address, ns));
                break;
            case ["gone", var ns, var name]:
                cluster.Remove("pods", ns, name);
                break;
            case ["daemon", var ns, var name, var nodeAddress, var daemonSet]:
                cluster.Put("pods", Daemon(ns, name, nodeAddress, daemonSet));
                break;
            case ["policy", var ns, var name, var file]:
                cluster.Put("configmaps", FakeConfigMaps.Map(ns, name, ("policy.json", File.ReadAllText(file))));
                break;
            case ["mount", var map, var directory]:
                Mount(cluster, map, directory);
                break;
            case ["kubelet", var map, var directory]:
                server.AfterPodPatch = () => Mount(cluster, map, directory);
                break;
            case ["rights", var maps]:
                server.Rights = new JsonObject { ["resourceRules"] = new JsonArray(Rule(["list", "watch"], "pods", []), Rule(["create"], "events", []), Rule(["list", "watch"], "configmaps", maps.Split(','))) };
                break;
            default:
                throw new FormatException(string.Join(' ', words));
        }
    }

    private static JsonObject Daemon(string ns, string name, string nodeAddress, string daemonSet)
    {
        var pod = FakePods.Pod(name, nodeAddress, ns, hostNetwork: true, owner: $"DaemonSet/{daemonSet}");
        pod["metadata"]!["ownerReferences"]![0]!["uid"] = "8a4c7d0e-0000-4000-8000-000000000001";
        pod["status"]!["hostIP"] = nodeAddress;
        pod["status"]!["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = nodeAddress });
        return pod;
    }

    private static JsonObject Rule(string[] verbs, string resource, string[] names)
    {
        var rule = new JsonObject { ["verbs"] = List(verbs), ["apiGroups"] = List([""]), ["resources"] = List([resource]) };
        if (names.Length > 0)
        {
            rule["resourceNames"] = List(names);
        }

        return rule;
    }

    private static JsonArray List(string[] texts) => [.. texts.Select(static text => (JsonNode)text)];

    private static void Mount(FakeCluster cluster, string name, string directory)
    {
        var map = cluster.List("configmaps", new FieldSelector($"metadata.name={name}")).Objects.Single();
        foreach (var (key, text) in map["data"]!.AsObject())
        {
            File.WriteAllText(Path.Combine(directory, key), (string)text!);
        }
    }
}
