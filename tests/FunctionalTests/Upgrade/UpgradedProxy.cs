using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.Management;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Upgrade;

/// <summary>
/// This version as a process on the directories of an older version. The API server can't be reached, so that the policy is the
/// one that the older version kept.
/// </summary>
internal sealed class UpgradedProxy : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly int _port;

    private UpgradedProxy(Process process, int port) => (_process, _port) = (process, port);

    public static async Task<UpgradedProxy> StartAsync(NodeFiles node, Uri upstream)
    {
        await File.WriteAllTextAsync(node.At("callers.json"), """
            {"pods":[{"ip":"127.0.0.1","namespace":"apps","name":"web","uid":"1","serviceAccount":"web","labels":{},"owner":"Deployment/web"}]}
            """);
        await File.WriteAllTextAsync(node.At("token"), "none");
        var port = FreePort();
        var management = $"unix:{node.At("management.sock")}";
        var process = Process.Start(ImdsProxyProgram.StartInfo(
            "serve", "--listen", $"127.0.0.1:{port}", "--management", management, "--upstream", upstream.GetLeftPart(UriPartial.Authority), "--node-name", "node-1",
            "--callers", $"file:{node.At("callers.json")}", "--policy-configmap", "imds-proxy/policy", "--state-dir", node.State,
            "--kube-api", $"http://127.0.0.1:{FreePort()}", "--kube-token-file", node.At("token"),
            // The segments get older each day.
            "--audit-dir", node.Log, "--audit-max-age", "36500d"))!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var proxy = new UpgradedProxy(process, port);
        using var limit = new CancellationTokenSource(Patience);
        await Eventually.HoldsAsync(async () => await IsReadyAsync(management, limit.Token), Patience);
        return proxy;
    }

    public Task<RawResponse> AskAsync(string target) => RawHttp.GetAsync(new IPEndPoint(IPAddress.Loopback, _port), target, IPAddress.Loopback);

    /// <summary>Ends the process as kubelet does and returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(string management, CancellationToken limit)
    {
        var reasons = await HealthProbe.AskAsync(ManagementAddress.Parse(management), live: false, limit);
        return reasons.Count == 0;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
