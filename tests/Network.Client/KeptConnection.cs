using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImdsProxy.Network.Client;

/// <summary>One persistent connection: sends a request for each input line and prints the outcome.</summary>
internal static class KeptConnection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(IPEndPoint endPoint, string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(endPoint);
        Console.WriteLine("connected");
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(await AskAsync(client.GetStream(), path));
        }

        return 0;
    }

    private static async Task<string> AskAsync(NetworkStream stream, string path)
    {
        var buffer = new byte[16 * 1024];
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n\r\n"), patience.Token);
            var length = await stream.ReadAsync(buffer, patience.Token);
            return length == 0 ? "closed" : Encoding.ASCII.GetString(buffer, 0, length).Split('\r')[0];
        }
        catch (OperationCanceledException)
        {
            return "silence";
        }
        catch (IOException)
        {
            return "reset";
        }
    }
}
