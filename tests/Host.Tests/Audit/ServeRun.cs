using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.TestKit;

namespace ImdsProxy.Host.Tests.Audit;

/// <summary>The proxy as a process whose stdout is not read until a test does so. The tests are its only pod and are denied everything.</summary>
internal sealed class ServeRun : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly string _management;

    private ServeRun(Process process, int port, string management)
    {
        _process = process;
        _management = management;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        _client.DefaultRequestHeaders.Add("Metadata", "true");
    }

    /// <summary>Whether the process has ended, as far as the kernel allows: a thread that waits for a disk may remain.</summary>
    public bool HasEnded => _process.HasExited || File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[1][0] == 'Z';

    public static async Task<ServeRun> StartAsync(string directory, params string[] more)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "policy.json"), """{"version":1,"mode":"enforce","identities":{},"rules":[]}""");
        await File.WriteAllTextAsync(Path.Combine(directory, "callers.json"), """
            {"pods":[{"ip":"127.0.0.1","namespace":"web","name":"shop-1","uid":"1","serviceAccount":"shop","labels":{},"owner":"Deployment/shop"}]}
            """);
        var port = FreePort();
        var management = Path.Combine(directory, "management.sock");
        var process = Process.Start(ImdsProxyProgram.StartInfo([
            "serve", "--listen", $"127.0.0.1:{port}", "--management", $"unix:{management}", "--upstream", "http://127.0.0.1:9",
            "--policy", Path.Combine(directory, "policy.json"), "--callers", $"file:{Path.Combine(directory, "callers.json")}",
            "--drain-timeout", "2s", "--caller-rate", "0", .. more]))!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var run = new ServeRun(process, port, management);
        await Eventually.HoldsAsync(async () => await run.TryAskAsync() is not null, TimeSpan.FromSeconds(60));
        return run;
    }

    /// <summary>Sends a request that is denied.</summary>
    public async Task<HttpStatusCode> AskAsync()
    {
        using var answer = await _client.GetAsync("/metadata/instance?api-version=2021-02-01");
        return answer.StatusCode;
    }

    /// <summary>The output of <c>health</c>: empty if the proxy is ready.</summary>
    public async Task<string> HealthAsync(bool live = false)
    {
        using var health = Process.Start(ImdsProxyProgram.StartInfo(["health", "--management", $"unix:{_management}", .. live ? (string[])["--live"] : []]))!;
        var said = await health.StandardError.ReadToEndAsync();
        await health.WaitForExitAsync();
        return said;
    }

    /// <summary>Starts reading stdout.</summary>
    public Task<string> ReadAsync() => _process.StandardOutput.ReadToEndAsync();

    /// <summary>Sends SIGTERM, as kubelet does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();

    public Task WaitAsync() => _process.WaitForExitAsync();

    public void Dispose()
    {
        _client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<HttpStatusCode?> TryAskAsync()
    {
        try
        {
            return await AskAsync();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
