using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Network.Client;

/// <summary>A request whose packets carry their own route (IP option LSRR): first to a router, then to the server.</summary>
internal static class SourceRoute
{
    // RFC 791: no operation (to align the addresses), loose source route, its length, and the initial pointer.
    private const byte NoOperation = 1;
    private const byte LooseSourceRoute = 131;
    private const byte Length = 11;
    private const byte Pointer = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(IPAddress router, IPEndPoint server, string path)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(
            SocketOptionLevel.IP,
            SocketOptionName.IPOptions,
            [NoOperation, LooseSourceRoute, Length, Pointer, .. router.GetAddressBytes(), .. server.Address.GetAddressBytes()]);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await socket.ConnectAsync(server, patience.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n\r\n"), SocketFlags.None, patience.Token);
            var buffer = new byte[8192];
            var length = await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token);
            Console.WriteLine(Encoding.ASCII.GetString(buffer, 0, length).Split('\r')[0]);
            return 0;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            Console.WriteLine("silence");
            return 1;
        }
    }
}
