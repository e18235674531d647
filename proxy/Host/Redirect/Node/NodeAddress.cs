using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>The node's own address, to which redirected connections are sent.</summary>
internal static class NodeAddress
{
    /// <summary>The given address, or by default the address that the node uses to reach IMDS.</summary>
    /// <exception cref="RedirectRefusal">The address can't be the target of the redirect.</exception>
    public static IPAddress Choose(IPAddress? given)
    {
        var address = given ?? SourceAddressToImds();
        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new RedirectRefusal($"--node-ip {address} is not an IPv4 address: give the node's IPv4 address, because IMDS has no IPv6 address");
        }

        if (IPAddress.IsLoopback(address))
        {
            throw new RedirectRefusal($"--node-ip {address} is a loopback address, which can't be the target of the redirect: give the node's own address");
        }

        return BelongsToNode(address)
            ? address
            : throw new RedirectRefusal($"--node-ip {address} is not an address of this node: give the node's own address, because redirected packets must stay on the node");
    }

    private static bool BelongsToNode(IPAddress address) =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Any(u => u.Address.Equals(address));

    // Connecting a datagram socket sends no packet. It only looks up the route.
    private static IPAddress SourceAddressToImds()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(IPAddress.Parse(KnownAddresses.Imds), KnownAddresses.ImdsPort);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            throw new RedirectRefusal("the node has no route to 169.254.169.254, so its own address is unknown: give it with --node-ip");
        }
    }
}
