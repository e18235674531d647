using System.Diagnostics;
using System.Globalization;
using ImdsProxy.LoadTests.Topology;

namespace ImdsProxy.LoadTests.Peers;

/// <summary>
/// An ImdsProxy on the node with all features enabled: identity, policy, metrics, audit to a directory, original
/// destinations.
/// </summary>
internal sealed class RunningProxy : IDisposable
{
    // One generator stands for many pods. With the usual limits per caller, the test would measure those limits.
    private static readonly string[] WithoutCallerLimits = ["--max-connections-per-caller", "4096", "--max-requests-per-caller", "4096"];

    private readonly ImdsProxySetup _setup;
    private readonly string _policy;
    private readonly string _directory;

    private RunningProxy(ImdsProxySetup setup, string directory, PeerProcess process)
    {
        (_setup, _directory, _policy) = (setup, directory, Path.Combine(directory, "policy.json"));
        Peer = new Peer(setup.Name, setup.Port, process);
    }

    public Peer Peer { get; }

    /// <summary>The time from the start until <c>/readyz</c> returned 200.</summary>
    public TimeSpan Started { get; private set; }

    /// <param name="topology">The topology to run on.</param>
    /// <param name="program">The command that starts <c>imds-proxy</c>.</param>
    /// <param name="setup">The proxy's setup.</param>
    public static async Task<RunningProxy> StartAsync(NodeTopology topology, string[] program, ImdsProxySetup setup)
    {
        var directory = Directory.CreateDirectory(Path.Combine(topology.Directory, $"proxy-{setup.Port}-{Guid.NewGuid():n}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "policy.json"), ImdsProxyFiles.Policy(setup.Rules));
        await File.WriteAllTextAsync(Path.Combine(directory, "callers.json"), ImdsProxyFiles.Callers(setup.Pods));
        var management = setup.Port + 1;
        var began = Stopwatch.GetTimestamp();
        var process = PeerProcess.Start(topology.Node,
        [
            .. program, "serve", "--listen", $"{NodeTopology.NodeIp}:{setup.Port}", "--management", $"127.0.0.1:{management}",
            "--policy", Path.Combine(directory, "policy.json"), "--callers", $"file:{Path.Combine(directory, "callers.json")}",
            "--audit-dir", Path.Combine(directory, "audit"), "--node-name", "node-1", "--require-original-destination",
            "--log-level", "warning", .. WithoutCallerLimits, .. setup.Flags,
        ]);
        var proxy = new RunningProxy(setup, directory, process);
        try
        {
            proxy.Started = await ReadyAsync(topology, process, management, began);
            return proxy;
        }
        catch
        {
            proxy.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the policy with an equivalent one atomically, as the kubelet and editors do.</summary>
    public async Task RewritePolicyAsync(int revision)
    {
        await File.WriteAllTextAsync(_policy + ".new", ImdsProxyFiles.Policy(_setup.Rules, revision));
        File.Move(_policy + ".new", _policy, overwrite: true);
    }

    /// <summary>The number of policies that came into force, according to the audit log.</summary>
    public int PoliciesLoaded => Directory.EnumerateFiles(Path.Combine(_directory, "audit", "policies"), "*.json").Count();

    public void Dispose()
    {
        Peer.Dispose();

        // Frees gigabytes of records for the next proxy.
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<TimeSpan> ReadyAsync(NodeTopology topology, PeerProcess process, int management, long began)
    {
        await process.ListensAsync(topology.Node, "127.0.0.1", management);
        using var connection = await NamespaceConnection.OpenAsync(topology.Node, "127.0.0.1", management);
        while (true)
        {
            var (status, body) = await connection.AskAsync("/readyz");
            var passed = Stopwatch.GetElapsedTime(began);
            if (status == 200)
            {
                return passed;
            }

            if (passed > TimeSpan.FromSeconds(20))
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"not ready after {passed.TotalSeconds:0} s: {body}"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }
}
