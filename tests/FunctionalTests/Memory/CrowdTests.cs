using System.Net;
using System.Net.Sockets;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>Pods take every connection and make each as expensive as they can, against a process with the chart's memory limit.</summary>
[Collection(LimitedProxy.Alone)]
public sealed class CrowdTests
{
    private const int Connections = 64;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(nameof(Misbehaviour.NeverReads), 1)]
    [InlineData(nameof(Misbehaviour.NeverReads), 16)]
    [InlineData(nameof(Misbehaviour.ReadsSlowly), 16)]
    [InlineData(nameof(Misbehaviour.LeavesAnswersBehind), 16)]
    [InlineData(nameof(Misbehaviour.HugeHead), 16)]
    [InlineData(nameof(Misbehaviour.HugeBody), 16)]
    public async Task Crowd_OfGreedyPods_FitsIntoTheChartsMemoryAndBlocksNoOthers(string how, int pods)
    {
        await using var proxy = await LimitedProxy.StartAsync();
        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, pods * Connections)
            .Select(client => CrowdAsync(proxy, client % pods, Enum.Parse<Misbehaviour>(how), new Random(client), end.Token))
            .ToList();
        var most = 0L;
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < Length)
        {
            (await proxy.AskAsync(LimitedProxy.Pods - 1)).ShouldBe(200, proxy.Log);
            most = Math.Max(most, proxy.Memory.UsedBytes);
        }

        await end.CancelAsync();
        await Task.WhenAll(clients);
        proxy.ShouldBeAlive();
        most.ShouldBeLessThan(ChartLimit.Bytes);
        await Eventually.HoldsAsync(() => proxy.Memory.SocketBytes < 1 << 20, TimeSpan.FromSeconds(30));
    }

    // A connection whose client stops reading is closed, even if the server never writes to it again.
    [Fact]
    public async Task Client_ThatStopsReading_LosesItsConnection()
    {
        await using var proxy = await LimitedProxy.StartAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
        socket.Bind(new IPEndPoint(LimitedProxy.Pod(1), 0));
        await socket.ConnectAsync(proxy.EndPoint);
        for (var i = 0; i < 20; i++)
        {
            await socket.SendAsync(RawRequest.Get(HostileClient.Target).ToBytes());
        }

        await Eventually.HoldsAsync(() => proxy.Memory.SocketBytes > 0);
        await Eventually.HoldsAsync(() => proxy.Memory.SocketBytes == 0, TimeSpan.FromSeconds(40));
    }

    private static async Task CrowdAsync(LimitedProxy proxy, int pod, Misbehaviour how, Random random, CancellationToken timeUp)
    {
        while (!timeUp.IsCancellationRequested)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(timeUp);
            turn.CancelAfter(how == Misbehaviour.LeavesAnswersBehind ? TimeSpan.FromSeconds(1) : Length);
            await new HostileClient(proxy.EndPoint, LimitedProxy.Pod(pod)).MisbehaveAsync(how, random, turn.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }
}
