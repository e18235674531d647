using System.Globalization;
using System.Text.Json.Nodes;
using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;

namespace ImdsProxy.Images.Tests.Node;

/// <summary>The pod of the DaemonSet on the cluster's node, run as the kubelet runs it.</summary>
internal sealed class NodePod : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly PodSpec _spec;
    private readonly string _name;
    private readonly PodVolumes _volumes;
    private readonly KubernetesApi _api;
    private readonly List<string> _containers = [];

    private NodePod(Cluster cluster, KubernetesApi api, PodSpec spec, string name)
    {
        (_cluster, _api, _spec) = (cluster, api, spec);
        _name = $"{cluster.Node.Name}-{name}";
        var credentials = new Dictionary<string, string>(StringComparer.Ordinal) { ["token"] = Flag("--kube-token-file"), ["ca.crt"] = Flag("--kube-ca-file") };
        _volumes = new PodVolumes(Path.Combine(cluster.Directory, "node"), Path.Combine(cluster.Directory, name), credentials);
    }

    /// <summary>The directory of the audit log on the node.</summary>
    public string AuditDirectory => _volumes.Of(_spec.Volume("audit"));

    /// <summary>Starts the containers in the kubelet's order, and waits until the pod is ready.</summary>
    public static async Task<NodePod> StartAsync(Cluster cluster, KubernetesApi api, PodSpec spec, string name = "first")
    {
        var pod = new NodePod(cluster, api, spec, name);
        try
        {
            foreach (var container in spec.InitContainers)
            {
                if ((string?)container["restartPolicy"] == "Always")
                {
                    await pod.StartContainerAsync(container);
                }
                else
                {
                    await Engine.MustAsync(["run", "--rm", .. pod.Arguments(container)]);
                }
            }

            await pod.StartContainerAsync(spec.Container("proxy"));
            await pod.ReadyAsync();
            return pod;
        }
        catch
        {
            await pod.DisposeAsync();
            throw;
        }
    }

    /// <summary>The engine's name of a container.</summary>
    public string Name(string container) => $"{_name}-{container}";

    /// <summary>Runs a probe of proxy as the kubelet does.</summary>
    public Task<Finished> ProbeAsync(string probe)
    {
        var command = _spec.Container("proxy")[probe]!["exec"]!["command"]!.AsArray().Select(static word => (string)word!);
        return ExecAsync("proxy", [.. command]);
    }

    public Task<Finished> ExecAsync(string container, params string[] command) => Engine.RunAsync(["exec", Name(container), .. command]);

    /// <summary>Waits until proxy is ready, as the kubelet does: the startup probe first.</summary>
    public async Task ReadyAsync()
    {
        foreach (var probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
        {
            Finished last = new(-1, "", "");
            try
            {
                await Eventually.HoldsAsync(async () => (last = await ProbeAsync(probe)).ExitCode == 0, TimeSpan.FromSeconds(60));
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"{probe}: {last.All}\n{await LogsAsync("proxy")}\n{await LogsAsync("redirect")}", e);
            }
        }
    }

    public async Task<string> LogsAsync(string container) => (await Engine.RunAsync("logs", Name(container))).All;

    /// <summary>Kills a container, and starts it again as the kubelet does.</summary>
    public async Task KillAsync(string container)
    {
        await Engine.MustAsync("kill", "--signal", "KILL", Name(container));
        await Engine.MustAsync("wait", Name(container));
    }

    public Task RestartAsync(string container) => Engine.MustAsync("start", Name(container));

    /// <summary>Ends the pod as the kubelet does: proxy first, then the sidecar. Returns their exit codes.</summary>
    public async Task<(int Proxy, int Redirect)> TerminateAsync() => (await StopAsync("proxy"), await StopAsync("redirect"));

    /// <summary>The memory limit in the container's own cgroup, and whether its processes reached it.</summary>
    public async Task<(long Limit, bool WasKilled)> MemoryAsync(string container)
    {
        var state = (await Engine.InspectAsync(Name(container), "container"))["State"]!;
        var group = (await File.ReadAllLinesAsync($"/proc/{(int)state["Pid"]!}/cgroup"))
            .Select(static line => line.Split(':', 3))
            .First(static parts => parts[1] is "memory" or "");
        var file = group[1] == "memory" ? $"/sys/fs/cgroup/memory{group[2]}/memory.limit_in_bytes" : $"/sys/fs/cgroup{group[2]}/memory.max";
        return (long.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture), (bool)state["OOMKilled"]!);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in Enumerable.Reverse(_containers))
        {
            await Engine.RunAsync("rm", "--force", "--time", "0", container);
        }
    }

    private async Task<int> StopAsync(string container)
    {
        await Engine.MustAsync("stop", "--time", _spec.Grace, Name(container));
        return int.Parse(await Engine.MustAsync("wait", Name(container)), CultureInfo.InvariantCulture);
    }

    private async Task StartContainerAsync(JsonNode container)
    {
        var name = Name((string)container["name"]!);
        _containers.Add(name);
        await Engine.MustAsync(["create", "--name", name, .. Arguments(container)]);
        await Engine.MustAsync("start", name);
    }

    private IEnumerable<string> Arguments(JsonNode container)
    {
        ((bool)_spec.Spec["hostNetwork"]!).ShouldBeTrue();
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["spec.nodeName"] = "node-1", ["status.hostIPs"] = Cluster.NodeIp };
        var api = new Uri(Flag("--kube-api"));
        return
        [
            "--pull", "never", "--network", $"ns:/var/run/netns/{_cluster.Node.Name}", "--log-driver", "k8s-file",
            // What the kubelet sets in every container.
            "--env", $"KUBERNETES_SERVICE_HOST={api.Host}", "--env", $"KUBERNETES_SERVICE_PORT={api.Port}",
            .. ContainerArguments.Of(container, facts, volume => _volumes.Of(_spec.Volume(volume))),
        ];
    }

    private string Flag(string name) => _api.Flags[_api.Flags.ToList().IndexOf(name) + 1];
}
