using System.Net;

namespace ImdsProxy.Management;

/// <summary>
/// Checks the Host header, so that a browser on the node whose DNS answers were rebound to loopback is refused:
/// its requests carry the name of the attacker's site.
/// </summary>
internal static class HostGuard
{
    public static bool Allows(HttpContext context, ManagementDoor door)
    {
        // No browser speaks to a Unix socket, and clients write any name there.
        if (door.IsUnixSocket)
        {
            return true;
        }

        var host = context.Request.Host.Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IsHere(address, context.Connection.LocalIpAddress));
    }

    private static bool IsHere(IPAddress address, IPAddress? local) =>
        IPAddress.IsLoopback(address) || (local is not null && Plain(local).Equals(Plain(address)));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
