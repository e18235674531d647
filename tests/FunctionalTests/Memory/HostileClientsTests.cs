using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Memory;

/// <summary>Whatever clients do, the proxy stays up, answers the other clients, and releases all resources afterwards.</summary>
[Collection(LimitedProxy.Alone)]
public sealed class HostileClientsTests
{
    private const int HostilePods = 12;
    private const int ClientsPerPod = 64;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(35);
    private static readonly Misbehaviour[] All = Enum.GetValues<Misbehaviour>();

    // A new seed each day would find more, but a fixed seed makes failures reproducible.
    [Theory]
    [InlineData(20261129)]
    public async Task HostileClients_OfAllKinds_CostBoundedMemoryAndBlockNoOthers(int seed)
    {
        await using var proxy = await LimitedProxy.StartAsync();
        await AskAllAsync(proxy);
        var sockets = proxy.Sockets;
        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, HostilePods * ClientsPerPod)
            .Select(client => BeHostileAsync(proxy, client % HostilePods, new Random(seed + client), end.Token))
            .ToList();
        var most = 0L;
        var began = TimeProvider.System.GetTimestamp();
        for (var asked = 0; TimeProvider.System.GetElapsedTime(began) < Length; asked++)
        {
            (await proxy.AskAsync(HostilePods + (asked % (LimitedProxy.Pods - HostilePods)))).ShouldBe(200, proxy.Log);
            most = Math.Max(most, proxy.Memory.UsedBytes);
        }

        await end.CancelAsync();
        await Task.WhenAll(clients);
        proxy.ShouldBeAlive();
        most.ShouldBeLessThan(ChartLimit.Bytes);

        // Idle connections to IMDS are closed some time after the last request that needed them.
        await Eventually.HoldsAsync(() => proxy.Sockets <= sockets + 8 && proxy.Memory.SocketBytes < 1 << 20, TimeSpan.FromSeconds(120));
        await AskAllAsync(proxy);
        proxy.Memory.UsedBytes.ShouldBeLessThan(ChartLimit.Bytes / 2);
    }

    private static async Task AskAllAsync(LimitedProxy proxy)
    {
        for (var pod = 0; pod < LimitedProxy.Pods; pod++)
        {
            (await proxy.AskAsync(pod)).ShouldBe(200, proxy.Log);
        }
    }

    private static async Task BeHostileAsync(LimitedProxy proxy, int pod, Random random, CancellationToken timeUp)
    {
        while (!timeUp.IsCancellationRequested)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(timeUp);
            turn.CancelAfter(TimeSpan.FromMilliseconds(random.Next(200, 20_000)));
            await new HostileClient(proxy.EndPoint, LimitedProxy.Pod(pod)).MisbehaveAsync(All[random.Next(All.Length)], random, turn.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 100)), TimeProvider.System, CancellationToken.None);
        }
    }
}
