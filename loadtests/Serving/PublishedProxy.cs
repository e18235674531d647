using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.LoadTests.Serving;

/// <summary>The published proxy as a separate process, with its files in its own directory.</summary>
internal sealed class PublishedProxy : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-load");
    private readonly Process _process;

    private PublishedProxy(string publish, Uri upstream, bool auditDirectory)
    {
        File.WriteAllText(
            Path.Combine(_directory.FullName, "callers.json"),
            """{"pods":[{"ip":"127.0.0.1","namespace":"logging","name":"fluent-bit-0","uid":"1","serviceAccount":"fluent-bit"}]}""");
        EndPoint = FreePort();
        // exec makes the proxy itself the process. Its output goes to /dev/null, so that no reader of ours affects the measurement.
        string[] arguments =
        [
            "-c", "exec \"$0\" \"$@\" >/dev/null", Path.Combine(publish, "imds-proxy"), "serve", "--listen", EndPoint.ToString(), "--management", $"unix:{_directory.FullName}/management.sock",
            "--upstream", upstream.GetLeftPart(UriPartial.Authority), "--policy", Path.Combine(publish, "policy.example.json"),
            "--callers", $"file:{_directory.FullName}/callers.json", "--log-level", "warning",
            .. auditDirectory ? (string[])["--audit-dir", Path.Combine(_directory.FullName, "audit")] : [],
        ];
        _process = Process.Start(new ProcessStartInfo("/bin/sh", arguments) { UseShellExecute = false })!;
    }

    /// <summary>The address that the proxy listens on.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The time from the start until the proxy accepted a connection.</summary>
    public TimeSpan Started { get; private set; }

    /// <summary>The proxy's resident memory, in MB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024d;
        }
    }

    /// <summary>The processor time that the proxy's threads have used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts the proxy and waits until it listens, at which point it is ready.</summary>
    public static async Task<PublishedProxy> StartAsync(string publish, Uri upstream, bool auditDirectory = true)
    {
        var began = Stopwatch.GetTimestamp();
        var proxy = new PublishedProxy(publish, upstream, auditDirectory);
        while (!await proxy.AcceptsAsync())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }

        proxy.Started = Stopwatch.GetElapsedTime(began);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private async Task<bool> AcceptsAsync()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(EndPoint);
            return true;
        }
        catch (SocketException) when (!_process.HasExited)
        {
            return false;
        }
    }
}
