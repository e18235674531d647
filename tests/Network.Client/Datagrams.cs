using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Network.Client;

/// <summary>A UDP echo server and its client.</summary>
internal static class Datagrams
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    public static async Task<int> EchoAsync(IPEndPoint endPoint)
    {
        using var server = new UdpClient(endPoint);
        Console.WriteLine("ready");
        while (true)
        {
            var datagram = await server.ReceiveAsync();
            await server.SendAsync(datagram.Buffer, datagram.RemoteEndPoint);
        }
    }

    public static async Task<int> AskAsync(IPEndPoint endPoint)
    {
        using var client = new UdpClient();
        client.Connect(endPoint);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await client.SendAsync(new byte[] { 1 }, patience.Token);
            await client.ReceiveAsync(patience.Token);
            Console.WriteLine("answer");
            return 0;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            Console.WriteLine("silence");
            return 1;
        }
    }
}
