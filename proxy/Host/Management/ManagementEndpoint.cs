using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Management;

/// <summary>The listener that accepted a connection, and the paths it serves.</summary>
/// <param name="Listen">The address of the listener.</param>
/// <param name="MetricsOnly">Whether it serves only the three open paths.</param>
internal sealed record ManagementEndpoint(EndPoint Listen, bool MetricsOnly)
{
    /// <summary>Whether it is a Unix socket, whose file mode has already decided who may connect.</summary>
    public bool IsUnixSocket => Listen is UnixDomainSocketEndPoint;
}
