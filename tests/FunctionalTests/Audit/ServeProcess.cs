using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Audit;

/// <summary>A proxy in its own process, so that a test can kill it.</summary>
internal sealed class ServeProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output;

    private ServeProcess(Process process, Uri address, ConcurrentQueue<string> output)
    {
        _process = process;
        Address = address;
        _output = output;
    }

    public Uri Address { get; }

    /// <summary>The lines on stdout: the records that the process could not write to the directory in time. Complete once the process has ended.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>Writes the proxy's input files: a policy, and a callers file with one pod in the namespace web at the tests' own address.</summary>
    public static async Task WriteSceneAsync(string directory, string policy)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "policy.json"), policy);
        await File.WriteAllTextAsync(Path.Combine(directory, "callers.json"), """
            {"pods":[{"ip":"127.0.0.1","namespace":"web","name":"shop-1","uid":"1","serviceAccount":"shop","labels":{},"owner":"Deployment/shop"}]}
            """);
    }

    public static async Task<ServeProcess> StartAsync(string directory, Uri upstream, params string[] more)
    {
        var port = FreePort();
        var process = Process.Start(ImdsProxyProgram.StartInfo(
        [
            "serve",
            "--listen", $"127.0.0.1:{port}", "--management", $"unix:{Path.Combine(directory, "management.sock")}",
            "--upstream", upstream.GetLeftPart(UriPartial.Authority),
            "--policy", Path.Combine(directory, "policy.json"), "--callers", $"file:{Path.Combine(directory, "callers.json")}",
            "--audit-dir", Path.Combine(directory, "log"), "--node-name", "node-1", .. more,
        ]))!;
        ConcurrentQueue<string> output = new();
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Eventually.HoldsAsync(() => CanConnect(port), TimeSpan.FromSeconds(60));
        return new ServeProcess(process, new Uri($"http://127.0.0.1:{port}"), output);
    }

    /// <summary>Kills the process as the kernel's out-of-memory killer would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> CanConnect(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
