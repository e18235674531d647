using System.Net;

namespace ImdsProxy.Runtime;

/// <summary>Reads the addresses on which a started server listens.</summary>
internal static class BoundAddresses
{
    /// <summary>The address and port of a TCP address. The authority of a URL leaves out port 80, so the port is read from its own property.</summary>
    public static IPEndPoint EndPointOf(string address)
    {
        var url = new Uri(address);
        return new IPEndPoint(IPAddress.Parse(url.IdnHost), url.Port);
    }
}
