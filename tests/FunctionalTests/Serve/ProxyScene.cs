using System.Net;
using System.Text.Json.Nodes;
using ImdsProxy.FakeImds;
using ImdsProxy.Listen;
using ImdsProxy.Management;
using ImdsProxy.Serving;
using ImdsProxy.TestKit;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>A node proxy as <c>serve</c> composes it, in front of a fake IMDS, with its files in its own directory.</summary>
internal sealed class ProxyScene : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("imds-proxy-test");
    private ILoggerFactory? _logging;

    private ProxyScene()
    {
    }

    public NodeProxy Proxy { get; private set; } = null!;

    public FakeImdsServer Imds { get; private set; } = null!;

    public AuditLines Audit { get; } = new();

    public LogLines Logs { get; } = new();

    public string PolicyPath => Path.Combine(_directory.FullName, "policy.json");

    public string CallersPath => Path.Combine(_directory.FullName, "callers.json");

    public string TokenPath => Path.Combine(_directory.FullName, "management-token");

    public static async Task<ProxyScene> StartAsync(string policy, Func<ServeOptions, ServeOptions>? with = null, FakeImdsOptions? imds = null)
    {
        var scene = new ProxyScene();
        try
        {
            await scene.OpenAsync(policy, with ?? (options => options), imds);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a GET request as a pod, with the headers that every request to IMDS has.</summary>
    public Task<RawResponse> GetAsync(IPAddress pod, string target) => SendAsync(pod, RawRequest.Get(target));

    public async Task<RawResponse> SendAsync(IPAddress pod, RawRequest request) =>
        (await RawHttp.SendAsync(Proxy.EndPoint, request, pod)).ShouldNotBeNull("the proxy closed without an answer");

    public Task<RawConnection> ConnectAsync(IPAddress pod) => RawConnection.ConnectAsync(Proxy.EndPoint, pod);

    /// <summary>The only record.</summary>
    public JsonNode Record() => Audit.Requests.ShouldHaveSingleItem();

    /// <summary>Replaces the policy and waits until the new one is in force.</summary>
    public async Task UsePolicyAsync(string policy)
    {
        var loads = Audit.Events("policy-loaded").Count;
        await File.WriteAllTextAsync(PolicyPath, policy);
        await Eventually.HoldsAsync(() => Audit.Events("policy-loaded").Count > loads);
    }

    public Task UseCallersAsync(string callers) => File.WriteAllTextAsync(CallersPath, callers);

    /// <summary>Fetches a page of the management listener.</summary>
    public async Task<RawResponse> ManagementAsync(string path)
    {
        var address = (IPEndPoint)Proxy.Management;
        var request = RawRequest.Get(path) with { Headers = [new("Host", address.ToString()), new("Authorization", "Bearer " + await File.ReadAllTextAsync(TokenPath))] };
        return (await RawHttp.SendAsync(address, request)).ShouldNotBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        if (Proxy is not null)
        {
            await Proxy.DisposeAsync();
        }

        if (Imds is not null)
        {
            await Imds.DisposeAsync();
        }

        _logging?.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task OpenAsync(string policy, Func<ServeOptions, ServeOptions> with, FakeImdsOptions? imds)
    {
        await File.WriteAllTextAsync(PolicyPath, policy);
        await File.WriteAllTextAsync(CallersPath, Pods.File);
        await File.WriteAllTextAsync(TokenPath, new string('t', 40));
        Imds = await FakeImdsServer.StartAsync(imds ?? new());
        _logging = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        Proxy = await NodeProxy.StartAsync(with(Options()), _logging, TimeProvider.System, CancellationToken.None, Audit);
        Imds.ClearRequests();
    }

    private ServeOptions Options() => new()
    {
        PolicyPath = PolicyPath,
        CallersPath = CallersPath,
        Listen = new ListenOptions { EndPoint = new(IPAddress.Loopback, 0) },
        Upstream = new() { Address = Imds.Address, Timeout = TimeSpan.FromMilliseconds(1000) },
        Enforce = new() { IdentifyWait = TimeSpan.FromMilliseconds(300) },

        // Every request must reach IMDS, so caching is off. Caching has its own tests.
        Sharing = new() { TokenCache = false, InstanceCacheMaxAge = TimeSpan.Zero },
        Management = new ManagementOptions { Management = new IPEndPoint(IPAddress.Loopback, 0), TokenFile = TokenPath },
        DrainTimeout = TimeSpan.FromSeconds(2),
    };
}
