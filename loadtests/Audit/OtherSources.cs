using System.Diagnostics;
using ImdsProxy.TestKit;
using ImdsProxy.TestKit.Fleet;
using ImdsProxy.TestKit.Stores;

namespace ImdsProxy.LoadTests.Audit;

/// <summary>
/// The question that finds the stolen tokens, asked of every source but the nodes: directories that were collected, ClickHouse, and
/// the running proxy of one node. Prints each command with its output and how long it took.
/// </summary>
/// <param name="fleet">The nodes with their logs.</param>
/// <param name="nodes">The names of the nodes.</param>
/// <param name="suspect">The node whose proxy is asked.</param>
/// <param name="question">The filters and the output.</param>
internal sealed class OtherSources(SimulatedFleet fleet, IReadOnlyList<string> nodes, string suspect, string question) : IDisposable
{
    private const string Database = "audit";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sources-");

    public async Task AskAsync()
    {
        await AskFilesAsync();
        await AskStoreAsync();
        await AskProxyAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The directories are links, as if they had been copied.
    private async Task AskFilesAsync()
    {
        var collected = _folder.CreateSubdirectory("collected");
        foreach (var node in nodes)
        {
            Directory.CreateSymbolicLink(Path.Combine(collected.FullName, node), fleet.LogOf(node));
        }

        await AskAsync("collected/*");
    }

    private async Task AskStoreAsync()
    {
        if (await StoreTools.MissingAsync() is { } missing)
        {
            throw new IOException(missing);
        }

        await using var engine = await ClickHouseEngine.StartAsync();
        await engine.CreateAsync(Database);
        foreach (var segment in nodes.SelectMany(node => Directory.EnumerateFiles(fleet.LogOf(node), "*.jsonl")))
        {
            await engine.InsertAsync(Database, await File.ReadAllBytesAsync(segment));
        }

        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "password"), ClickHouseEngine.Password);
        await AskAsync(string.Join(' ', engine.Flags(Database, "password")));
    }

    private async Task AskProxyAsync()
    {
        var socket = Path.Combine(_folder.FullName, "management.sock");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "callers.json"), """{"pods":[]}""");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "policy.json"), """{"version":1,"mode":"enforce","rules":[]}""");
        var start = ImdsProxyProgram.StartInfo(
            "serve", "--listen", "127.0.0.1:0", "--management", $"unix:{socket}", "--policy", "policy.json", "--callers", "file:callers.json", "--audit-dir", fleet.LogOf(suspect));
        start.WorkingDirectory = _folder.FullName;
        using var proxy = Process.Start(start)!;
        proxy.OutputDataReceived += static (_, _) => { };
        proxy.ErrorDataReceived += static (_, _) => { };
        proxy.BeginOutputReadLine();
        proxy.BeginErrorReadLine();
        try
        {
            await Eventually.HoldsAsync(() => File.Exists(socket), TimeSpan.FromSeconds(60));
            await AskAsync($"--management unix:{socket}");
        }
        finally
        {
            proxy.Kill();
            await proxy.WaitForExitAsync();
        }
    }

    private async Task AskAsync(string source)
    {
        var command = $"audit search {source} {question}";
        await Console.Out.WriteLineAsync($"$ imds-proxy {command}");
        var began = Stopwatch.GetTimestamp();

        // The shell writes out collected/*.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{string.Join(' ', ImdsProxyProgram.Command)} {command}"]) { UseShellExecute = false, WorkingDirectory = _folder.FullName })!;
        await process.WaitForExitAsync();
        await Console.Out.WriteLineAsync(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s]\n"));
        if (process.ExitCode != 0)
        {
            throw new IOException($"audit search ended with exit code {process.ExitCode}");
        }
    }
}
