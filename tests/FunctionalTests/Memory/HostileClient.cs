using System.Net;
using System.Net.Sockets;
using System.Text;
using ImdsProxy.TestKit;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>A hostile client. It uses as little memory as it can.</summary>
internal sealed class HostileClient(IPEndPoint server, IPAddress pod)
{
    public const string Target = "/metadata/instance?api-version=2021-02-01";

    private const int RequestsAtOnce = 100;
    private static readonly byte[] Requests = [.. Enumerable.Repeat(RawRequest.Get(Target).ToBytes(), RequestsAtOnce).SelectMany(static request => request)];
    private static readonly byte[] LastRequest = RawRequest.Get(Target).With("Connection", "close").ToBytes();
    private static readonly byte[] HugeHead = Encoding.ASCII.GetBytes($"GET {Target}&x={new string('y', 3000)} HTTP/1.1\r\nHost: imds\r\nA: {new string('a', 6000)}\r\nB: {new string('b', 6000)}");
    private static readonly byte[] HugeBody = Encoding.ASCII.GetBytes($"POST /metadata/scheduledevents?api-version=2020-07-01 HTTP/1.1\r\nHost: imds\r\nMetadata: true\r\nContent-Length: 16000\r\n\r\n{new string(' ', 15_900)}");

    /// <summary>Misbehaves on one connection until the server closes it or the time is up.</summary>
    public async Task MisbehaveAsync(Misbehaviour how, Random random, CancellationToken timeUp)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 2048 };
            socket.Bind(new IPEndPoint(pod, 0));
            await socket.ConnectAsync(server, timeUp);
            await MisbehaveAsync(socket, how, random, timeUp);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The server closed the connection, or the time is up.
        }
    }

    private static Task MisbehaveAsync(Socket socket, Misbehaviour how, Random random, CancellationToken timeUp) => how switch
    {
        Misbehaviour.NeverReads => SendOnAsync(socket, Requests, timeUp),
        Misbehaviour.ReadsSlowly => Task.WhenAll(SendOnAsync(socket, Requests, timeUp), DripAsync(socket, timeUp)),
        Misbehaviour.HalfOpen => SendAndWaitAsync(socket, Requests, timeUp, andShutDown: true),
        Misbehaviour.LeavesAnswersBehind => SendAndWaitAsync(socket, [.. Requests[..(Requests.Length / RequestsAtOnce * random.Next(1, 40))], .. LastRequest], timeUp),
        Misbehaviour.Silent => WaitAsync(timeUp),
        Misbehaviour.SendsSlowly => SendSlowlyAsync(socket, timeUp),
        Misbehaviour.HugeHead => SendAndWaitAsync(socket, HugeHead, timeUp),
        Misbehaviour.HugeBody => SendAndWaitAsync(socket, HugeBody, timeUp),
        Misbehaviour.Garbage => SendAndWaitAsync(socket, Garbage(random), timeUp),
        _ => ResetAsync(socket, timeUp),
    };

    private static byte[] Garbage(Random random)
    {
        var bytes = new byte[random.Next(1, 8000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task SendOnAsync(Socket socket, byte[] bytes, CancellationToken timeUp)
    {
        while (!timeUp.IsCancellationRequested)
        {
            await socket.SendAsync(bytes, timeUp);
        }
    }

    private static async Task DripAsync(Socket socket, CancellationToken timeUp)
    {
        var one = new byte[1];
        while (await socket.ReceiveAsync(one, timeUp) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, timeUp);
        }
    }

    private static async Task SendAndWaitAsync(Socket socket, byte[] bytes, CancellationToken timeUp, bool andShutDown = false)
    {
        await socket.SendAsync(bytes, timeUp);
        if (andShutDown)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        await WaitAsync(timeUp);
    }

    private static async Task SendSlowlyAsync(Socket socket, CancellationToken timeUp)
    {
        foreach (var one in RawRequest.Get(Target).ToBytes())
        {
            await socket.SendAsync(new[] { one }, timeUp);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, timeUp);
        }
    }

    private static async Task ResetAsync(Socket socket, CancellationToken timeUp)
    {
        await socket.SendAsync(Requests, timeUp);
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
    }

    private static Task WaitAsync(CancellationToken timeUp) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, timeUp);
}
