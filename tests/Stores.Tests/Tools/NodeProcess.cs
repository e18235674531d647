using System.Diagnostics;

namespace ImdsProxy.Stores.Tests.Tools;

/// <summary>A script in Node.js that runs until it is disposed, or until the tests end.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process, string told)
    {
        _process = process;
        Told = told;
    }

    /// <summary>The first line of its output.</summary>
    public string Told { get; }

    /// <summary>Starts a script and waits for the first line of its output.</summary>
    public static async Task<NodeProcess> StartAsync(string script, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("node", [StoreTools.Script(script), .. arguments])
        {
            WorkingDirectory = StoreTools.Directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return await process.StandardOutput.ReadLineAsync() is { } told
            ? new NodeProcess(process, told)
            : throw new InvalidOperationException($"{script} ended before it began: {process.ExitCode}");
    }

    /// <summary>Kills it as the kernel would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
