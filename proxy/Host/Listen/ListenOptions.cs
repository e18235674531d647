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

    /// <summary>
    /// Connections in all: what the chart's memory limit allows when each costs what a hostile client can make it cost
    /// (docs/memory.md). A node runs 250 pods at most, and a pod seldom has more than one connection open.
    /// </summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>
    /// Connections of one source address: an eighth of all. An SDK asks for a token on one or two; clients without a pool
    /// open one for each thing they ask at the same time.
    /// </summary>
    public int MaxConnectionsPerCaller { get; init; } = 64;

    /// <summary>
    /// Connections beyond <see cref="MaxConnections"/> that wait until one that they displaced has ended. They are not
    /// served yet, and cost little.
    /// </summary>
    public const int WaitingConnections = 128;

    /// <summary>
    /// Bytes for <c>SO_RCVBUF</c> and <c>SO_SNDBUF</c>; Linux doubles them for its own overhead. Set, so that the kernel does
    /// not let them grow to megabytes (<c>tcp_rmem</c>, <c>tcp_wmem</c>), which a cgroup charges to the proxy. A token
    /// answer has 2 to 4 KB, and the client is on the same node.
    /// </summary>
    public const int SocketBuffer = 16 * 1024;

    /// <summary>Bytes that are read ahead of the request in work, and written ahead of what the kernel takes.</summary>
    public const int PipeBuffer = 16 * 1024;

    /// <summary>How long the kernel may hold an answer for a client that hardly reads it.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it may hold the end of the last answer once the connection is closed.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

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
