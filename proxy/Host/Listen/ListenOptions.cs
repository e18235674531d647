using System.Net;

namespace ImdsProxy.Listen;

/// <summary>The data listener and its limits. Every default is far above the needs of IMDS clients and far below any harmful value.</summary>
internal sealed record ListenOptions
{
    /// <summary>The endpoint to which the redirect sends the traffic for IMDS.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Any, 16254);

    /// <summary>
    /// Whether connection tracking must show that a connection was on its way to <c>169.254.169.254:80</c> before it was
    /// redirected. Off if there is no redirect.
    /// </summary>
    public bool RequireOriginalDestination { get; init; }

    /// <summary>
    /// The maximum number of connections: as many as the chart's memory limit allows if a hostile client makes each connection as
    /// expensive as possible (docs/memory.md). A node runs at most 250 pods, and a pod seldom has more than one connection open.
    /// </summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>
    /// The maximum number of connections of one source address: an eighth of all connections. An SDK requests tokens on one or two
    /// connections; a client without a pool opens one for each request in flight.
    /// </summary>
    public int MaxConnectionsPerCaller { get; init; } = 64;

    /// <summary>
    /// The number of connections beyond <see cref="MaxConnections"/> that may wait for the end of a displaced connection. Waiting
    /// connections are not served yet, and cost little.
    /// </summary>
    public const int WaitingConnections = 128;

    /// <summary>
    /// The number of further connections that may be held for <see cref="RefusalPause"/> before they are refused, because their caller
    /// already has the maximum number of connections. Any more connections are refused at once.
    /// </summary>
    public const int HeldConnections = 192;

    /// <summary>
    /// The maximum number of the node's own connections, which are passed on to IMDS. Each takes the place of a pod's connection, so the
    /// memory stays the same. Agents of a node use about ten.
    /// </summary>
    public const int NodeConnections = 64;

    /// <summary>The maximum number of connections of one systemd unit.</summary>
    public const int NodeConnectionsPerUnit = NodeConnections / 2;

    /// <summary>The maximum number of connections from this node that were not redirected. The redirect's probe uses one.</summary>
    public const int DirectConnections = 16;

    /// <summary>
    /// The time for which a connection beyond <see cref="MaxConnectionsPerCaller"/> is held before it is refused. Otherwise, a client that
    /// reconnects immediately after each refusal would use more processor time than its permitted requests.
    /// </summary>
    public static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The size in bytes of <c>SO_RCVBUF</c> and <c>SO_SNDBUF</c>; Linux doubles it for its own overhead. Without this limit, the kernel lets the
    /// buffers grow to megabytes (<c>tcp_rmem</c>, <c>tcp_wmem</c>), which the cgroup charges to the proxy. A token answer has
    /// 2 to 4 KB, and the client is on the same node.
    /// </summary>
    public const int SocketBuffer = 16 * 1024;

    /// <summary>The maximum number of bytes that Kestrel reads ahead of the current request, and that it buffers until the kernel accepts them.</summary>
    public const int PipeBuffer = 16 * 1024;

    /// <summary>The time for which the kernel may hold an answer for a client that reads too slowly.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for which the kernel may hold the rest of the last answer after the connection is closed.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of requests in flight from one source address. IMDS itself accepts 5 concurrent token requests from the whole VM.</summary>
    public int MaxRequestsPerCaller { get; init; } = 64;

    /// <summary>The maximum size of the request line in bytes. The longest known request line, a token request with a resource id, has about 500.</summary>
    public int MaxRequestLine { get; init; } = 4 * 1024;

    /// <summary>The maximum size of all headers in bytes. Mesh sidecars and tracers add a few hundred.</summary>
    public int MaxHeaders { get; init; } = 16 * 1024;

    /// <summary>The maximum number of headers.</summary>
    public int MaxHeaderCount { get; init; } = 64;

    /// <summary>The maximum size of a body in bytes. The approval of a scheduled event has a few hundred.</summary>
    public int MaxBody { get; init; } = 16 * 1024;

    /// <summary>The maximum time from the first byte of a request to the end of its headers. Short, because clients are on the same node.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum time from the end of the headers to the end of the body. Short, because clients are on the same node.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time after which an idle connection is closed. Clients in Go and .NET close idle connections after 90 and 60 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(120);
}
