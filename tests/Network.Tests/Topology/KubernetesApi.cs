namespace ImdsProxy.Network.Tests.Topology;

/// <summary>An API server on the cluster's node.</summary>
internal sealed class KubernetesApi
{
    private readonly RunningProgram _program;
    private int _told;

    private KubernetesApi(RunningProgram program, string[] flags) => (_program, Flags) = (program, flags);

    /// <summary>The flags that make the proxy use this API server.</summary>
    public IReadOnlyList<string> Flags { get; }

    public static async Task<KubernetesApi> StartAsync(Cluster cluster)
    {
        var program = cluster.Keep(cluster.Node.StartClient("kube-api"));
        await program.SaysAsync("serves ");
        var words = program.Text.Split('\n').First(line => line.StartsWith("serves ", StringComparison.Ordinal)).Trim().Split(' ');
        return new KubernetesApi(program, ["--kube-api", words[1], "--kube-token-file", words[2], "--kube-ca-file", words[3]]);
    }

    /// <summary>Makes the server list a running pod of this node.</summary>
    public Task ShowAsync(string ns, string name, string address) => TellAsync($"pod {ns} {name} {address}");

    /// <summary>Removes a pod from the server.</summary>
    public Task ForgetAsync(string ns, string name) => TellAsync($"gone {ns} {name}");

    /// <summary>Makes the server list a running pod of a DaemonSet on the node's own network.</summary>
    public Task ShowDaemonAsync(string ns, string name, string nodeAddress, string daemonSet) => TellAsync($"daemon {ns} {name} {nodeAddress} {daemonSet}");

    /// <summary>Creates or changes the ConfigMap with the policy.</summary>
    public Task PutPolicyAsync(string ns, string name, string file) => TellAsync($"policy {ns} {name} {file}");

    /// <summary>Mounts a ConfigMap into a directory, as kubelet does.</summary>
    public Task MountAsync(string configMap, string directory) => TellAsync($"mount {configMap} {directory}");

    /// <summary>Mounts a ConfigMap into a directory each time a pod is patched, as kubelet does.</summary>
    public Task MountOnPatchAsync(string configMap, string directory) => TellAsync($"kubelet {configMap} {directory}");

    /// <summary>Grants what the chart's roles grant, on these ConfigMaps.</summary>
    public Task GrantAsync(string configMaps) => TellAsync($"rights {configMaps}");

    private async Task TellAsync(string line)
    {
        await _program.TellAsync(line);
        await _program.SaysAsync("done", ++_told);
    }
}
