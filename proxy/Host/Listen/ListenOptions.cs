using System.Net;

namespace ImdsProxy.Listen;

/// <summary>The data listener and its limits. Every default is far above what IMDS's clients do and far below what hurts.</summary>
internal sealed record ListenOptions
{
    /// <summary>The redirect brings IMDS's traffic to this port on the node's address.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Any, 16254);

    /// <summary>
    /// Whether a connection has to have been on its way to <c>169.254.169.254:80</c>, as connection tracking tells, before
    /// the redirect turned it here. Off where there is no redirect.
    /// </summary>
    public bool RequireOriginalDestination { get; init; }

    /// <summary>Connections in all. A node runs 250 pods at most, each with a few clients; a connection costs some 10 KiB.</summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>Connections of one source address: a sixteenth of all, so that one pod can't take them.</summary>
    public int MaxConnectionsPerCaller { get; init; } = 256;

    /// <summary>Requests in flight of one source address. IMDS itself takes 5 token requests at once from the whole VM.</summary>
    public int MaxRequestsPerCaller { get; init; } = 64;

    /// <summary>Bytes of the request line. The longest known (a token by resource id) has some 500.</summary>
    public int MaxRequestLine { get; init; } = 4 * 1024;

    /// <summary>Bytes of all headers. Mesh sidecars and tracers add some hundred.</summary>
    public int MaxHeaders { get; init; } = 16 * 1024;

    /// <summary>Lines of headers.</summary>
    public int MaxHeaderCount { get; init; } = 64;

    /// <summary>Bytes of a body. The approval of a scheduled event has some hundred.</summary>
    public int MaxBody { get; init; } = 16 * 1024;

    /// <summary>From the first byte of a request to the end of its headers; clients are on the same node.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the end of the headers to the end of the body; clients are on the same node.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Go's and .NET's clients keep idle connections for 90 and 60 s; longer only holds memory.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(120);
}
