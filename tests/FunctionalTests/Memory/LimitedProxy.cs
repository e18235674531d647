using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ImdsProxy.FakeImds;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary><c>serve</c> as a process with the chart's memory limit, in front of a fake IMDS, with 200 pods.</summary>
internal sealed class LimitedProxy : IAsyncDisposable
{
    public const int Pods = 200;

    /// <summary>The collection of the tests that start this process. They use the whole machine.</summary>
    public const string Alone = "Memory";

    // Pods with even numbers are in enforce mode, pods with odd numbers in audit mode, because their responses take
    // different paths through the proxy.
    private const string Policy = """
        {"version":1,"mode":"audit","enforceOnly":[{"namespaces":["enforced"]}],
         "rules":[{"name":"all","workloads":[{"namespaces":["*"]}],"allow":[{"path":"/metadata/instance/**"},{"path":"/metadata/scheduledevents","methods":["GET","POST"]}]}]}
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-memory-");
    private readonly ConcurrentQueue<string> _log = new();
    private readonly FakeImdsServer _imds;
    private readonly MemoryCgroup _memory;
    private readonly Process _process;

    private LimitedProxy(FakeImdsServer imds, MemoryCgroup memory, string? heapLimit, string[] more)
    {
        (_imds, _memory) = (imds, memory);
        File.WriteAllText(Path.Combine(_directory.FullName, "policy.json"), Policy);
        File.WriteAllText(Path.Combine(_directory.FullName, "callers.json"), $$"""{"pods":[{{string.Join(',', Enumerable.Range(0, Pods).Select(Entry))}}]}""");
        EndPoint = FreePort();
        var start = memory.Inside(ImdsProxyProgram.StartInfo(
        [
            "serve", "--listen", EndPoint.ToString(), "--management", $"unix:{Path.Combine(_directory.FullName, "management.sock")}",
            "--upstream", imds.Address.GetLeftPart(UriPartial.Authority), "--policy", Path.Combine(_directory.FullName, "policy.json"),
            "--callers", $"file:{Path.Combine(_directory.FullName, "callers.json")}", "--audit-dir", Path.Combine(_directory.FullName, "log"),
            "--audit-max-bytes", "64MiB", "--node-name", "node-1", .. more,
        ]));
        if (heapLimit is not null)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = heapLimit;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The address that the proxy listens on.</summary>
    public IPEndPoint EndPoint { get; }

    public MemoryCgroup Memory => _memory;

    public bool HasEnded => _process.HasExited;

    /// <summary>The last 20 lines that the proxy logged.</summary>
    public string Log => string.Join('\n', _log.TakeLast(20));

    /// <summary>
    /// The number of open sockets. Files do not count, because a program that is not compiled ahead opens its libraries as it
    /// needs them.
    /// </summary>
    public int Sockets => new DirectoryInfo($"/proc/{_process.Id}/fd").EnumerateFileSystemInfos()
        .Count(static handle => handle.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>The address of a pod.</summary>
    public static IPAddress Pod(int number) => new([127, 0, 1, (byte)(number + 1)]);

    /// <summary>Starts a proxy, or skips the test with the reason.</summary>
    public static async Task<LimitedProxy> StartAsync(string? heapLimit = null, params string[] more)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root, to make a cgroup");
        var memory = MemoryCgroup.TryCreate(ChartLimit.Bytes, out var why);
        Assert.SkipWhen(memory is null, $"needs a memory cgroup: {why}");
        var imds = await FakeImdsServer.StartAsync(new FakeImdsOptions { RateLimited = false, RememberedRequests = 0 });
        var proxy = new LimitedProxy(imds, memory, heapLimit, more);
        try
        {
            await Eventually.HoldsAsync(proxy.AnswersAsync, TimeSpan.FromSeconds(60));
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>The status that a pod receives on a new connection, or null without a response.</summary>
    public async Task<int?> AskAsync(int pod)
    {
        try
        {
            await using var connection = await RawConnection.ConnectAsync(EndPoint, Pod(pod));
            return (await connection.ExchangeAsync(RawRequest.Get(HostileClient.Target)))?.Status;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>Waits until the proxy exits by itself and returns its exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void ShouldBeAlive() => HasEnded.ShouldBeFalse(Log);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        await _imds.DisposeAsync();
        _memory.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<bool> AnswersAsync() => HasEnded || await AskAsync(0) is not null;

    private static string Entry(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"ip":"{{Pod(number)}}","namespace":"{{(number % 2 == 0 ? "enforced" : "audited")}}","name":"pod-{{number}}","uid":"uid-{{number}}","serviceAccount":"default"}""");

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
