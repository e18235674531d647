using System.Net;
using ImdsProxy.Core.Requests;

namespace ImdsProxy.Forward;

/// <summary>The connections to IMDS, shared by all that is sent there.</summary>
internal sealed class Upstream : IDisposable
{
    private static readonly UriCreationOptions VerbatimUri = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly UpstreamOptions _options;

    public Upstream(UpstreamOptions options)
    {
        _options = options;
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
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
        });
    }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Where the canonical request goes: the address and the canonical target, never taken apart again.</summary>
    public Uri UriOf(ImdsRequest request) =>
        new(_options.Address.GetLeftPart(UriPartial.Authority) + request.PathAndQuery, VerbatimUri);

    public TimeSpan TimeoutOf(ImdsRequest request) =>
        request.Endpoint.Kind == EndpointKind.ScheduledEvents ? _options.ScheduledEventsTimeout : _options.Timeout;

    public void Dispose() => Invoker.Dispose();
}
