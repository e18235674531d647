using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.TestKit;

namespace ImdsProxy.Docs.Tests.Reader;

/// <summary>Runs the program in processes until they are stopped.</summary>
/// <param name="directory">The working directory.</param>
/// <param name="output">The file for the processes' output.</param>
internal sealed class Background(string directory, string output)
{
    private readonly List<Process> _processes = [];

    /// <summary>Starts a process and waits until it listens.</summary>
    public async Task<Process> StartAsync(IPEndPoint listen, params string[] arguments)
    {
        var start = ImdsProxyProgram.StartInfo(arguments);
        start.WorkingDirectory = directory;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
        await Eventually.HoldsAsync(() => CanConnect(listen), TimeSpan.FromSeconds(60));
        return process;
    }

    /// <summary>Returns an address that is not in use.</summary>
    public static IPEndPoint Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private static async Task<bool> CanConnect(IPEndPoint address)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Stops all processes.</summary>
    public async Task StopAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private void Keep(string? line)
    {
        if (line is { Length: > 0 })
        {
            File.AppendAllText(output, line + "\n");
        }
    }
}
