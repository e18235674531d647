using System.Collections.Concurrent;
using System.Diagnostics;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Demo;

/// <summary><c>imds-proxy demo</c> as a process with its own temporary directory, which shows what the demo leaves behind.</summary>
internal sealed class DemoProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();

    public DemoProcess(string workingDirectory, params string[] arguments)
    {
        Temporary = Directory.CreateTempSubdirectory("demo-test-").FullName;
        var start = ImdsProxyProgram.StartInfo(["demo", .. arguments]);
        start.WorkingDirectory = workingDirectory;
        start.Environment["TMPDIR"] = Temporary;

        // Otherwise the runtime's debugger sockets would be among the files.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.BeginErrorReadLine();
    }

    public string Temporary { get; }

    private string Errors => string.Join('\n', _errors).Trim();

    public IEnumerable<string> Files => Directory.EnumerateFileSystemEntries(Temporary, "*", SearchOption.AllDirectories);

    /// <summary>Reads up to and including the first line that contains a text. Waits up to five minutes for each line.</summary>
    public async Task<List<string>> ReadToAsync(string text)
    {
        var lines = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(5)) is { } line)
        {
            lines.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return lines;
            }
        }

        throw new InvalidOperationException($"'{text}' never appeared: {string.Join('\n', lines)}\n{Errors}");
    }

    /// <summary>Waits up to a minute for the end of the process and returns the rest of its output.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        // A process that was started with SIGINT ignored, as a shell's background job is, would never end.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var output = await _process.StandardOutput.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, output, Errors);
    }

    /// <summary>Sends SIGINT, as Ctrl+C does.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        Directory.Delete(Temporary, recursive: true);
    }
}
