using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImdsProxy.Management;

/// <summary>
/// The limits of the management listener, which serves probes, a scraper and an operator. Its loopback port is open to every other
/// hostNetwork pod too.
/// </summary>
internal static class ManagementLimits
{
    /// <summary>The maximum number of connections in all, including those of the Unix socket.</summary>
    public const int MaxConnections = 64;

    /// <summary>How long an idle connection stays open.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 32;

        // Only GET is answered, and a GET request has no body.
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

        // Shorter than the interval of any scraper. A new connection for each scrape costs less than idle connections that keep
        // other clients out.
        kestrel.Limits.KeepAliveTimeout = KeepAlive;
    }
}
