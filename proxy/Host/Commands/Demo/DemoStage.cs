using System.Net;
using ImdsProxy.Audit.Settings;
using ImdsProxy.FakeImds;
using ImdsProxy.Forward.Imds;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Serving;

namespace ImdsProxy.Commands.Demo;

/// <summary>
/// The running parts of the demo: the fake IMDS, the proxy in front of it, and their files. Disposing stops and deletes
/// them all.
/// </summary>
internal sealed class DemoStage : IAsyncDisposable
{
    // All clients are in this process, so no slow pod needs time to finish.
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(500);

    private readonly FakeImdsServer _imds;
    private readonly NodeProxy _proxy;

    private DemoStage(DemoFolder folder, FakeImdsServer imds, NodeProxy proxy, AuditTail tail)
    {
        Folder = folder;
        Tail = tail;
        _imds = imds;
        _proxy = proxy;
    }

    public DemoFolder Folder { get; }

    public AuditTail Tail { get; }

    /// <summary>The address at which pods reach the proxy.</summary>
    public IPEndPoint Proxy => Reachable(_proxy.EndPoint);

    public IPEndPoint Management => Reachable((IPEndPoint)_proxy.Management);

    public Uri Imds => _imds.Address;

    /// <exception cref="IOException">An address or a file is not available.</exception>
    public static async Task<DemoStage> BuildAsync(
        DemoOptions options, byte[] policy, DemoNode node, ILoggerFactory logging, TimeProvider time, CancellationToken cancellation)
    {
        var folder = DemoFolder.Create();
        FakeImdsServer? imds = null;
        try
        {
            folder.WritePolicy(policy);
            imds = await FakeImdsServer.StartAsync(new FakeImdsOptions { Identities = node.Identities, RememberedRequests = 0, Time = time }, cancellation);
            var tail = new AuditTail();
            var proxy = await NodeProxy.StartAsync(Serve(options, folder, imds.Address), logging, time, cancellation, tail);
            return new DemoStage(folder, imds, proxy, tail);
        }
        catch
        {
            if (imds is not null)
            {
                await imds.DisposeAsync();
            }

            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _proxy.DisposeAsync();
            await _imds.DisposeAsync();
        }
        finally
        {
            Folder.Dispose();
        }
    }

    private static ServeOptions Serve(DemoOptions options, DemoFolder folder, Uri imds) => new()
    {
        PolicyPath = folder.Policy,
        CallersPath = folder.Callers,
        Listen = new ListenOptions { EndPoint = options.Listen },
        Upstream = new UpstreamOptions { Address = imds },
        Audit = new AuditOptions { Cluster = "demo", Node = "aks-demo-0", Directory = folder.Audit, StandardOutput = true },
        Management = new ManagementOptions { Management = options.Management, TokenFile = folder.TokenFile },
        DrainTimeout = Drain,
    };

    private static IPEndPoint Reachable(IPEndPoint endPoint) =>
        endPoint.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, endPoint.Port) : endPoint;
}
