using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImdsProxy.Management;

/// <summary>
/// The limits of the management listener: it hears probes, a scraper and an operator, and under hostNetwork its
/// loopback port is open to every other hostNetwork pod.
/// </summary>
internal static class ManagementLimits
{
    /// <summary>In all, the Unix socket's among them.</summary>
    public const int MostConnections = 64;

    /// <summary>How long an idle connection stays open.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 32;

        // Only GET is answered, which has no body.
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

        // Shorter than the interval of any scraper: a connection a minute costs less than idle ones that keep others out.
        kestrel.Limits.KeepAliveTimeout = KeepAlive;
    }
}
