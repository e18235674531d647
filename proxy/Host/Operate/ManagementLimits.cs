using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImdsProxy.Operate;

/// <summary>
/// The limits of the management listener: it hears probes, a scraper and an operator, and under hostNetwork its
/// loopback port is open to every other hostNetwork pod.
/// </summary>
internal static class ManagementLimits
{
    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxConcurrentConnections = 64;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 32;

        // Only GET is answered, which has no body.
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);

        // Longer than the minute at which slow scrapers come, so that they keep their connection.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
    }
}
