using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Network.Client;

/// <summary>
/// Opens many short connections, and says on each which client it is. Most wait for an answer. Every eighth is reset at once, so that its port is used again
/// while the server may still be looking at it.
/// </summary>
internal static class Knocker
{
    private const int Rude = 8;

    public static int Run(IPEndPoint endPoint, byte letter, int count, int workers)
    {
        var failed = 0;
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
        {
            for (var i = worker; i < count; i += workers)
            {
                if (!Knock(endPoint, letter, isRude: i % Rude == 0))
                {
                    Interlocked.Increment(ref failed);
                }
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{failed} failed"));
        return 0;
    }

    private static bool Knock(IPEndPoint endPoint, byte letter, bool isRude)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        try
        {
            socket.Connect(endPoint);
            socket.Send([letter]);
            return isRude || socket.Receive(new byte[1]) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
