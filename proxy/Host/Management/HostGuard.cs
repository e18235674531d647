using System.Net;

namespace ImdsProxy.Management;

/// <summary>
/// Checks the Host header against DNS rebinding. An attacker's site can direct a browser on the node to loopback. The browser then
/// sends the name of that site, and its request is refused.
/// </summary>
internal static class HostGuard
{
    public static bool Allows(HttpContext context, ManagementEndpoint endpoint)
    {
        // Browsers can't reach a Unix socket, and clients send any name there.
        if (endpoint.IsUnixSocket)
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
