using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using ImdsProxy.Management;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Rollout;

/// <summary>A pod of a rollout: <c>imds-proxy serve</c> as a process with its own directory and management socket.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _directory;
    private readonly ConcurrentQueue<string> _log = new();

    private NodeProcess(string directory, string[] arguments)
    {
        _directory = directory;
        _process = Start(["serve", .. arguments, "--management", Management, "--audit-dir", Path.Combine(directory, "log")]);
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The process's log.</summary>
    public string Log => string.Join('\n', _log);

    private string Management => $"unix:{Path.Combine(_directory, "management.sock")}";

    /// <summary>The requests that the process has recorded.</summary>
    public IReadOnlyList<JsonNode> Requests => [.. Lines().Where(line => (string?)line["kind"] == "request")];

    public static NodeProcess Start(string directory, params string[] arguments) => new(directory, arguments);

    /// <summary>The reasons why the process is not ready; empty if it is ready.</summary>
    public async Task<IReadOnlyList<string>> ReasonsAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await HealthProbe.AskAsync(ManagementAddress.Parse(Management), live: false, limit.Token);
    }

    /// <summary>Runs kubelet's readiness probe and returns its exit code.</summary>
    public async Task<int> HealthAsync()
    {
        using var probe = Start(["health", "--management", Management]);
        var output = probe.StandardError.ReadToEndAsync();
        await probe.WaitForExitAsync();
        await output;
        return probe.ExitCode;
    }

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

    private static Process Start(string[] arguments) => Process.Start(ImdsProxyProgram.StartInfo(arguments))!;

    private IEnumerable<JsonNode> Lines() => Directory.EnumerateFiles(Path.Combine(_directory, "log"), "*.jsonl")
        .SelectMany(ReadLines)
        .Select(line => JsonNode.Parse(line)!);

    // The process still has the file open for writing.
    private static IEnumerable<string> ReadLines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
