using System.Globalization;
using ImdsProxy.TestKit;

namespace ImdsProxy.Network.Tests.Topology;

/// <summary>A program of the chart as the first process of a PID namespace, on the node's network, as in a container.</summary>
internal sealed class Container
{
    private readonly Cluster _cluster;
    private readonly RunningProgram _program;
    private readonly string _process;

    private string[] Enter => ["nsenter", "--target", _process, "--pid", "--mount", "env", "IMDS_PROXY_CHART_VERSION=0.1.0"];

    private Container(Cluster cluster, RunningProgram program, string process) => (_cluster, _program, _process) = (cluster, program, process);

    /// <summary>Starts <c>imds-proxy</c> and waits until it says a text.</summary>
    public static async Task<Container> StartAsync(Cluster cluster, string says, params string[] arguments)
    {
        var program = cluster.Keep(cluster.Node.Start(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", .. ImdsProxyProgram.Command, .. arguments]));
        await program.SaysAsync(says);
        var id = program.Id.ToString(CultureInfo.InvariantCulture);
        var children = await File.ReadAllTextAsync($"/proc/{id}/task/{id}/children");
        return new Container(cluster, program, children.Trim());
    }

    /// <summary>Runs <c>imds-proxy</c> beside the program, as <c>kubectl exec</c> does. The chart's variable is in the container's environment.</summary>
    /// <param name="agent">The cgroup of the container, or null for the test's own.</param>
    /// <param name="arguments">The arguments of <c>imds-proxy</c>.</param>
    public Task<Finished> ExecAsync(AgentCgroup? agent, params string[] arguments)
    {
        string[] command = [.. Enter, .. ImdsProxyProgram.Command, .. arguments];
        return _cluster.Node.RunAsync(agent?.Inside(command) ?? command);
    }

    /// <summary>The same with nothing on the path, as in the proxy's image.</summary>
    public Task<Finished> ExecWithoutIptablesAsync(params string[] arguments) =>
        _cluster.Node.RunAsync([.. Enter, "sh", "-c", "program=$(command -v \"$0\"); PATH=/nowhere exec \"$program\" \"$@\"", .. ImdsProxyProgram.Command, .. arguments]);

    public Task KillAsync() => _program.KillAsync();
}
