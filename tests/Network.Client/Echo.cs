using System.Net;
using System.Net.NetworkInformation;

namespace ImdsProxy.Network.Client;

/// <summary>ICMP echo.</summary>
internal static class Echo
{
    private const int PatienceMilliseconds = 700;

    public static async Task<int> RunAsync(IPAddress address)
    {
        using var ping = new Ping();
        var reply = await ping.SendPingAsync(address, PatienceMilliseconds);
        Console.WriteLine(reply.Status == IPStatus.Success ? "answer" : "silence");
        return reply.Status == IPStatus.Success ? 0 : 1;
    }
}
