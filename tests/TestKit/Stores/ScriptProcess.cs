using System.Diagnostics;

namespace ImdsProxy.TestKit.Stores;

/// <summary>A script in Node.js that runs until it is disposed, or until this process ends.</summary>
public sealed class ScriptProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ScriptProcess(Process process, string told)
    {
        _process = process;
        Told = told;
    }

    /// <summary>The first line of its output.</summary>
    public string Told { get; }

    /// <summary>The processor time that it has used.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts a script and waits for the first line of its output.</summary>
    public static async Task<ScriptProcess> StartAsync(string script, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("node", [StoreTools.Script(script), .. arguments])
        {
            WorkingDirectory = StoreTools.Directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return await process.StandardOutput.ReadLineAsync() is { } told
            ? new ScriptProcess(process, told)
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
