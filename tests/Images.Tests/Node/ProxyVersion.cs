using ImdsProxy.Network.Tests.Topology;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.Images.Tests.Node;

/// <summary>A version of the program, and what it does on a node whose directories it shares with another version.</summary>
/// <param name="Command">The command that starts it, without arguments.</param>
internal sealed record ProxyVersion(string[] Command)
{
    /// <summary>A version by name: <c>older</c> or <c>newer</c>. Skips the test if the older one is not built.</summary>
    public static ProxyVersion Of(string name)
    {
        if (name == "newer")
        {
            return new ProxyVersion(ImdsProxyProgram.Command);
        }

        var older = Environment.GetEnvironmentVariable("IMDS_PROXY_OLDER_PROGRAM");
        Assert.SkipWhen(string.IsNullOrEmpty(older), "the older version is not built: make test-images builds it from git's history, if the clone has it");
        return new ProxyVersion(["dotnet", older]);
    }

    public static string Log(Cluster cluster) => Path.Combine(cluster.Directory, "log");

    /// <summary>Starts the proxy on the node's directories with callers and policy from the API server, and waits until it is ready.</summary>
    public Task<RunningProgram> ServeAsync(Cluster cluster, KubernetesApi api) => ServeAsync(cluster, ["--callers", "kubernetes", .. api.Flags]);

    /// <summary>Starts the proxy on the node's directories, and waits until it is ready.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="sources">The flags that name the callers and the API server.</param>
    public async Task<RunningProgram> ServeAsync(Cluster cluster, params string[] sources)
    {
        var management = $"unix:{Path.Combine(cluster.Directory, $"{Guid.NewGuid():N}.sock")}";
        var proxy = cluster.Keep(cluster.Node.Start(
            [.. Command, "serve", "--policy-configmap", "imds-proxy/policy", "--node-name", "node-1", .. sources,
             "--management", management, "--state-dir", Path.Combine(cluster.Directory, "state"), "--audit-dir", Log(cluster), "--caller-rate", "0"]));
        await Eventually.HoldsAsync(async () => (await RunAsync(cluster, "health", "--management", management)).ExitCode == 0, TimeSpan.FromSeconds(60));
        return proxy;
    }

    /// <summary>Puts the rules in place.</summary>
    public async Task ApplyAsync(Cluster cluster)
    {
        var applied = await RunAsync(cluster, ["redirect", "apply", "--wait", "0ms", .. cluster.Flags("auto")]);
        applied.ExitCode.ShouldBe(0, applied.All);
    }

    /// <summary>Verifies the node's log, and counts its requests.</summary>
    public async Task<int> ReadAsync(Cluster cluster)
    {
        var verified = await RunAsync(cluster, "audit", "verify", Log(cluster));
        verified.ExitCode.ShouldBe(0, verified.All);
        var found = await RunAsync(cluster, "audit", "search", Log(cluster), "--kind", "request", "-o", "json");
        found.ExitCode.ShouldBe(0, found.All);
        return found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    public Task<Finished> RunAsync(Cluster cluster, params string[] arguments) => cluster.Node.RunAsync([.. Command, .. arguments]);
}
