using System.Net;
using System.Runtime.CompilerServices;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Forward;

/// <summary>The connections to IMDS, shared by all that is sent there.</summary>
internal sealed class Upstream : IDisposable
{
    private static readonly UriCreationOptions VerbatimUri = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly UpstreamOptions _options;
    private readonly string _authority;

    // Requests that come again and again are one value (RequestMemory); their address is put together once.
    private readonly ConditionalWeakTable<ImdsRequest, Uri> _addresses = [];

    public Upstream(UpstreamOptions options)
    {
        _options = options;
        _authority = options.Address.GetLeftPart(UriPartial.Authority);
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // Nothing may be added, followed, kept or undone between the canonical request and IMDS's answer.
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = false,
            MaxResponseHeadersLength = 32,

            // As many are opened as there are requests at a time; what a flood needed is given back soon after it.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        });
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Where the canonical request goes: the address and the canonical target, never taken apart again.</summary>
    public Uri UriOf(ImdsRequest request)
    {
        if (!_addresses.TryGetValue(request, out var address))
        {
            address = new Uri(_authority + request.PathAndQuery, VerbatimUri);
            _addresses.AddOrUpdate(request, address);
        }

        return address;
    }

    public TimeSpan TimeoutOf(ImdsRequest request) =>
        request.Endpoint.Kind == EndpointKind.ScheduledEvents ? _options.ScheduledEventsTimeout : _options.Timeout;

    public void Dispose() => Invoker.Dispose();
}
