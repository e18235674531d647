using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ImdsProxy.Audit.Write;
using ImdsProxy.Management;
using ImdsProxy.Serving;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging;

namespace ImdsProxy.Host.Tests.Enforce;

/// <summary>A node proxy in front of a scripted IMDS, for behaviour that no proper client or server shows.</summary>
internal sealed class HostileScene : IRecordOutput, ILoggerProvider, ILogger, IAsyncDisposable
{
    public static readonly IPAddress Pod = IPAddress.Parse("127.0.0.11");
    public static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.99");

    private const string Rules = """
        "rules":[{"name":"all","workloads":[{"namespaces":["a"]}],"allow":[
          {"path":"/metadata/identity/oauth2/token","identities":["*"],"resources":["*"]},
          {"path":"/metadata/scheduledevents","methods":["GET","POST"]},{"path":"/metadata/instance/**"}]}]
        """;

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _logs = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-test");
    private readonly ScriptedImds _imds;
    private readonly ILoggerFactory _logging;
    private bool _isStopped;

    private HostileScene(string answer)
    {
        _imds = new ScriptedImds(answer);
        _logging = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Error).AddProvider(this));
    }

    public NodeProxy Proxy { get; private set; } = null!;

    /// <summary>Holds the writers of records until it is set; null to hold none.</summary>
    public ManualResetEventSlim? Held { get; set; }

    /// <summary>Whether a record's write is being held.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>The messages logged as errors.</summary>
    public IReadOnlyCollection<string> Errors => _logs;

    public IReadOnlyList<JsonNode> Records =>
        [.. _lines.Where(line => line.Contains("\"kind\":\"request\"", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line)!)];

    public static async Task<HostileScene> StartAsync(string answer = "", string mode = "enforce", Func<ServeOptions, ServeOptions>? with = null, string rules = Rules)
    {
        var scene = new HostileScene(answer);
        var policy = Path.Combine(scene._directory.FullName, "policy.json");
        var callers = Path.Combine(scene._directory.FullName, "callers.json");
        await File.WriteAllTextAsync(policy, $$"""{"version":1,"mode":"{{mode}}",{{rules}}}""");
        await File.WriteAllTextAsync(callers, $$"""{"pods":[{"ip":"{{Pod}}","namespace":"a","name":"p","uid":"u","serviceAccount":"s"}]}""");
        var options = new ServeOptions
        {
            PolicyPath = policy,
            CallersPath = callers,
            Listen = new() { EndPoint = new(IPAddress.Loopback, 0), BodyTimeout = TimeSpan.FromMilliseconds(200) },
            Upstream = new() { Address = scene._imds.Address },
            Enforce = new() { IdentifyWait = TimeSpan.FromSeconds(20) },
            Management = new ManagementOptions { Management = new IPEndPoint(IPAddress.Loopback, 0) },
            DrainTimeout = TimeSpan.FromSeconds(1),
        };
        scene.Proxy = await NodeProxy.StartAsync((with ?? (same => same))(options), scene._logging, TimeProvider.System, CancellationToken.None, scene);
        return scene;
    }

    public Task<RawConnection> ConnectAsync(IPAddress pod) => RawConnection.ConnectAsync(Proxy.EndPoint, pod);

    /// <summary>Stops the proxy, so that all pending records are written.</summary>
    public async Task StopAsync()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            await Proxy.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _imds.Dispose();
        _logging.Dispose();
        _directory.Delete(recursive: true);
    }

    void IDisposable.Dispose()
    {
    }

    void IRecordOutput.Write(ReadOnlySpan<byte> lines)
    {
        if (Held is { } held)
        {
            IsHolding = true;
            held.Wait();
            IsHolding = false;
        }

        foreach (var line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _lines.Enqueue(line);
        }
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _logs.Enqueue(formatter(state, exception));
}
