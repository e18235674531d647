using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Redirect.Node;

/// <summary>The address of the node that redirected connections are sent to.</summary>
internal static class NodeAddress
{
    /// <summary>The given address if it is good for the DNAT, else the one the node itself would use towards IMDS.</summary>
    public static IPAddress Choose(IPAddress? given)
    {
        var address = given ?? OnTheWayToImds();
        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new RedirectRefusal($"--node-ip {address}: write the node's IPv4 address; IMDS has no other");
        }

        if (IPAddress.IsLoopback(address))
        {
            throw new RedirectRefusal($"--node-ip {address}: loopback can't be the target of the redirect; write the node's own address");
        }

        return IsOurs(address)
            ? address
            : throw new RedirectRefusal($"--node-ip {address} is no address of this node; packets sent there would leave it");
    }

    private static bool IsOurs(IPAddress address) =>
        NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Any(u => u.Address.Equals(address));

    // Connecting a datagram socket sends nothing; it only asks the routing table.
    private static IPAddress OnTheWayToImds()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(IPAddress.Parse(KnownAddresses.Imds), KnownAddresses.ImdsPort);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            throw new RedirectRefusal("the node has no route to 169.254.169.254, so its own address is not known; write it with --node-ip");
        }
    }
}
