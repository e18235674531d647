using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Management;

/// <summary>Which listener a connection came in by, and what it opens.</summary>
/// <param name="Listen">Where it listens.</param>
/// <param name="MetricsOnly">Whether it has the three open paths alone.</param>
internal sealed record ManagementDoor(EndPoint Listen, bool MetricsOnly)
{
    /// <summary>Whether the file system has already said who may come in.</summary>
    public bool IsUnixSocket => Listen is UnixDomainSocketEndPoint;
}
