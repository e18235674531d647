using System.Net;
using System.Net.Sockets;
using ImdsProxy.Core.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.Core.Requests;
using ImdsProxy.Logs;
using ImdsProxy.Management;
using ImdsProxy.Metrics;
using ImdsProxy.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ImdsProxy.FunctionalTests.Management;

/// <summary>A management listener with its own directory and a sample of everything that it serves.</summary>
internal sealed class ManagementSite : IAsyncDisposable
{
    public const string Token = "correct horse battery staple";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-management-");
    private readonly ILoggerFactory _logs = LoggingSetup.Create(LogFormat.Console, LogLevel.None);
    private readonly MetricsRegistry _registry = new();
    private ManagementListener? _listener;

    public ManagementSite() => Metrics = new ProxyMetrics(_registry, new ManualTime());

    public Readiness Readiness { get; } = new();

    public Readiness Liveness { get; } = new();

    public ProxyMetrics Metrics { get; }

    public PolicyStatus? Policy { get; set; }

    public string TokenFile => Path.Combine(_directory.FullName, "token");

    public string SocketFile => Path.Combine(_directory.FullName, "management.sock");

    public ManagementListener Listener => _listener.ShouldNotBeNull();

    public IPEndPoint Tcp => Listener.Management.ShouldBeOfType<IPEndPoint>();

    public static async Task<ManagementSite> StartTcpAsync(bool withToken = false, bool withMetrics = false)
    {
        var site = new ManagementSite();
        if (withToken)
        {
            await File.WriteAllTextAsync(site.TokenFile, Token + "\n");
        }

        await site.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), withToken ? site.TokenFile : null, withMetrics ? new IPEndPoint(IPAddress.Loopback, 0) : null);
        return site;
    }

    public static async Task<ManagementSite> StartUnixAsync()
    {
        var site = new ManagementSite();
        await site.StartAsync(new UnixDomainSocketEndPoint(site.SocketFile));
        return site;
    }

    public async Task StartAsync(EndPoint management, string? tokenFile = null, IPEndPoint? metrics = null) =>
        _listener = await ManagementListener.StartAsync(
            new ManagementOptions { Management = management, TokenFile = tokenFile, Metrics = metrics },
            new ManagementPages
            {
                Readiness = Readiness,
                Liveness = Liveness,
                Metrics = _registry.WriteAsync,
                Policy = () => Policy,
                Guarded = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal)
                {
                    ["/callers"] = context => context.Response.WriteAsync("callers"),
                    ["/broken"] = _ => throw new InvalidOperationException("a secret"),
                },
            },
            _logs,
            CancellationToken.None);

    /// <summary>Stops only the listener.</summary>
    public async Task StopAsync()
    {
        await Listener.DisposeAsync();
        _listener = null;
    }

    /// <summary>Records a sample of everything that is measured.</summary>
    public void MeasureAll()
    {
        Metrics.ObserveCallers(() => 3, () => 1);
        Metrics.ObserveReadiness(() => Readiness.IsReady);
        Metrics.PolicyLoaded("3f2a", PolicyMode.Enforce);
        Metrics.ConnectionOpened();
        Metrics.ConnectionRefused("total");
        Metrics.RecordEnded(isWritten: true);
        Metrics.RecordEnded(isWritten: false);
        Metrics.UpstreamEnded(ImdsEndpoints.Token, 200, 0.02);
        Metrics.RequestEnded(Record(Verdict.Denied));
        Metrics.RequestEnded(Record(Verdict.WouldDeny));
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await StopAsync();
        }

        _logs.Dispose();
        _directory.Delete(recursive: true);
    }

    private static AuditRecord Record(Verdict verdict) => new()
    {
        Timestamp = new ManualTime().GetUtcNow(),
        Id = "1",
        Verdict = verdict,
        Reason = Reason.NoRule,
        Mode = PolicyMode.Enforce,
        Caller = new Caller.Pod(new PodIdentity("web", "shop-1", "u", "default", null, [])),
        Status = 403,
        Milliseconds = 0.07,
    };
}
