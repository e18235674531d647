using System.Net;
using System.Net.Sockets;
using ImdsProxy.Doctor.Findings;
using ImdsProxy.Doctor.Surroundings;
using ImdsProxy.Redirect.Rules;

namespace ImdsProxy.Doctor.Node;

/// <summary>Whether systemd's IMDS daemon (systemd 261 and newer) has locked IMDS's address for all other programs.</summary>
internal sealed class SystemdImdsCheck(Place place, HostFiles files) : ICheck
{
    private const string Daemon = "/usr/lib/systemd/systemd-imdsd";
    private const string Cure = "Add systemd.imds.network=unlocked to the node's kernel command line, or remove the route: ip route del prohibit 169.254.169.254.";

    public string Name => "systemd-imds";

    public Task<Finding> RunAsync(CancellationToken cancellation) => Task.FromResult(
        !place.OnNode ? Finding.NotApplicable("An ordinary pod has routes of its own.")
        : IsProhibited() ? Finding.Broken(
            "A route on this node forbids all programs to reach 169.254.169.254, so the proxy can't reach IMDS; systemd's IMDS daemon sets it when it locks the address.", Cure)
        : files.HasFile(Daemon) ? Finding.Good("systemd's IMDS daemon is on this node, and has not locked IMDS's address.")
        : Finding.Good("No route forbids programs to reach IMDS's address."));

    // Connecting a datagram socket sends no packet. It only looks up the route; the kernel answers EACCES for a prohibit route.
    private static bool IsProhibited()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(IPAddress.Parse(KnownAddresses.Imds), KnownAddresses.ImdsPort);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied;
        }
    }
}
