using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.LoadTests.Sharing;

/// <c>cached-token</c>: measures the cost of a cached token: bytes allocated per request, and the response time on one connection.
internal static class CachedToken
{
    private const int Requests = 20_000;
    private const int GoalBytes = 1024;

    public static async Task<int> RunAsync(string[] args)
    {
        await using var scene = await NodeScene.StartAsync(unlimited: true);
        return await Task.Factory.StartNew(() => Run(scene), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static int Run(NodeScene scene)
    {
        var (_, through) = Measure(scene.Proxy.EndPoint);
        var (_, bare) = Measure(scene.Imds.Endpoint, requests: 200);
        var (bytes, again) = Measure(scene.Proxy.EndPoint);
        Console.Out.WriteLine($"{bytes:0} bytes allocated for a request; p50 {again[again.Length / 2]:0.000} ms, p99 {again[again.Length * 99 / 100]:0.000} ms (first round {through[through.Length / 2]:0.000}); without the proxy p50 {bare[bare.Length / 2]:0.000} ms; IMDS was asked {scene.Imds.Requests.Count - 200} times");
        return bytes <= GoalBytes ? 0 : 1;
    }

    // The client runs on this thread and allocates nothing between two requests.
    private static (double Bytes, double[] Milliseconds) Measure(IPEndPoint server, int requests = Requests)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(NodeScene.Pod(0), 0));
        socket.Connect(server);
        var request = PodConnection.Request(NodeScene.Token(0));
        var buffer = new byte[16 * 1024];
        var times = new double[requests];
        var own = GC.GetAllocatedBytesForCurrentThread();
        var all = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < requests; i++)
        {
            var sent = TimeProvider.System.GetTimestamp();
            socket.Send(request);
            var length = 0;
            do
            {
                length += socket.Receive(buffer.AsSpan(length));
            }
            while (!PodConnection.IsWhole(buffer.AsSpan(0, length)));
            times[i] = TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds;
        }

        var bytes = GC.GetTotalAllocatedBytes(precise: true) - all - (GC.GetAllocatedBytesForCurrentThread() - own);
        Array.Sort(times);
        return (bytes / (double)requests, times);
    }
}
