using System.Runtime.CompilerServices;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Forward.Imds;

/// <summary>The connections to IMDS, shared by all requests.</summary>
internal sealed class Upstream : IDisposable
{
    private static readonly UriCreationOptions VerbatimUri = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly UpstreamOptions _options;

    // RequestMemory returns the same object for a repeated request, so its address is built only once.
    private readonly ConditionalWeakTable<ImdsRequest, Uri> _addresses = [];

    public Upstream(UpstreamOptions options)
    {
        _options = options;
        Authority = options.Address.GetLeftPart(UriPartial.Authority);
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // Nothing may be added, followed or stored between the canonical request and the answer of IMDS. Nothing is decoded either: that is
            // the default, and BannedSymbols.txt keeps it so.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = false,
            MaxResponseHeadersLength = 32,

            // Each request in flight has its own connection. Connections from a flood of requests are closed soon after the flood.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        });
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Scheme, address and port of IMDS.</summary>
    public string Authority { get; }

    /// <summary>The URI of the canonical request: the address and the canonical target, which is never parsed again.</summary>
    public Uri UriOf(ImdsRequest request)
    {
        if (!_addresses.TryGetValue(request, out var address))
        {
            address = new Uri(Authority + request.PathAndQuery, VerbatimUri);
            _addresses.AddOrUpdate(request, address);
        }

        return address;
    }

    public TimeSpan TimeoutOf(ImdsRequest request) =>
        request.Endpoint.Kind == EndpointKind.ScheduledEvents ? _options.ScheduledEventsTimeout : _options.Timeout;

    public void Dispose() => Invoker.Dispose();
}
