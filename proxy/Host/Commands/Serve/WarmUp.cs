using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.Audit;
using ImdsProxy.Core.Callers;
using ImdsProxy.Core.Policy;
using ImdsProxy.FakeImds;
using ImdsProxy.Forward;
using ImdsProxy.Forward.Limits;
using ImdsProxy.Identify;
using ImdsProxy.Listen;
using ImdsProxy.Operate;
using ImdsProxy.PolicySource;

namespace ImdsProxy.Commands.Serve;

/// <summary>
/// Sends some requests of every kind through a pipeline of its own, on loopback and against a stand-in for IMDS, so that
/// the first pod's request finds all code loaded and compiled. Nothing of it is recorded or counted.
/// </summary>
internal static class WarmUp
{
    /// <summary>Enough for every path to have been taken and the pools to be filled; more cost start time and gained nothing.</summary>
    private const int Rounds = 8;

    private static readonly byte[] Policy =
        """
        {"version":1,"mode":"enforce","rules":[{"name":"warm-up","workloads":[{"namespaces":["warm-up"]}],"allow":[
        {"path":"/metadata/instance/compute"},{"path":"/metadata/versions"},
        {"path":"/metadata/identity/oauth2/token","identities":["*"],"resources":["https://management.azure.com"]}]}]}
        """u8.ToArray();

    private static readonly string[] Targets =
    [
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F",
        "/metadata/instance/compute?api-version=2021-02-01",
        "/metadata/versions",
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net",
        "/metadata/%69nstance",
    ];

    public static async Task RunAsync(Pipeline like, CancellationToken cancellation)
    {
        await using var imds = await FakeImdsServer.StartAsync(new FakeImdsOptions { RememberedRequests = 0 }, cancellation);
        var upstream = new UpstreamOptions { Address = imds.Address };
        using var connections = new UpstreamParts(upstream, new LimitOptions(), like.Options.Sharing, static (_, _) => true, like.Time);
        var policy = new ActivePolicy(Silence.Instance, like.Time);
        await policy.OfferAsync(Policy, "warm-up");

        // Records and metrics are part of each request's way; these of the warm-up reach nobody.
        var scope = new object();
        using var heard = new PrometheusText(scope);
        using var metrics = new ProxyMetrics(like.Time, scope);
        await using var audit = new AuditLog(new AuditOptions(), like.Time, like.Logging.CreateLogger<AuditLog>(), Silence.Instance);
        var pipeline = like with
        {
            Options = like.Options with { Upstream = upstream, Enforce = like.Options.Enforce with { CallerRate = 0 } },
            Callers = Callers(like.Time),
            Policy = policy,
            Upstream = connections,
            Audit = audit,
            Ended = (record, _) => metrics.RequestEnded(record),
            UpstreamEnded = metrics.UpstreamEnded,
        };
        var parts = new ListenerParts(like.Logging, pipeline.Handler, new ConnectionMetrics(metrics), static _ => { }, like.Drain);
        await using var listener = await DataListener.StartAsync(new ListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }, parts, cancellation);
        await AskAsync(listener.EndPoint, cancellation);
        await listener.StopAsync(cancellation);
    }

    private static FileCallers Callers(TimeProvider time)
    {
        var callers = new FileCallers(time);
        var pod = new PodIdentity("warm-up", "warm-up", "warm-up", "warm-up", null, []);
        callers.Replace([new KnownPod(pod, [IPAddress.Loopback], HostNetwork: false)]);
        return callers;
    }

    private static async Task AskAsync(IPEndPoint server, CancellationToken cancellation)
    {
        var answer = new byte[64 * 1024];
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var target in Targets)
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(server, cancellation);
                await socket.SendAsync(
                    Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: warm-up\r\nMetadata: true\r\nConnection: close\r\n\r\n"), SocketFlags.None, cancellation);
                while (await socket.ReceiveAsync(answer, SocketFlags.None, cancellation) > 0)
                {
                }
            }
        }
    }

    /// <summary>Hears of everything and says nothing.</summary>
    private sealed class Silence : IPolicyObserver, IRecordOutput
    {
        public static Silence Instance { get; } = new();

        public Task LoadedAsync(PolicyDocument? before, PolicyDocument now, PolicyLoad load, ReadOnlyMemory<byte> content, string source) => Task.CompletedTask;

        public Task RefusedAsync(PolicyLoad load, string source) => Task.CompletedTask;

        public void Write(ReadOnlySpan<byte> lines)
        {
        }
    }
}
