using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ImdsProxy.FunctionalTests.Audit;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>What one client does to the others of its node. In a process, because only there sockets have threads of their own.</summary>
public sealed class GreedySenderTests : IDisposable
{
    private const int Others = 150;
    private const int RequestsAtOnce = 600;

    // Bytes of answers that make a sender greedy.
    private const long Greed = 1_000_000;

    // An answer takes a millisecond or two beside the sender; who is not answered by then waits for it to end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("greedy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Sender_ThatNeverWaits_KeepsNobodyFromBeingAnswered()
    {
        await ServeProcess.WriteSceneAsync(_directory, """{"version":1,"mode":"enforce","rules":[]}""");
        using var proxy = await ServeProcess.StartAsync(_directory, new Uri("http://127.0.0.1:9"));
        var address = new IPEndPoint(IPAddress.Loopback, proxy.Address.Port);
        using var ended = new CancellationTokenSource();
        using var sender = await ConnectAsync(address);
        var sending = Task.Run(() => SendAsync(sender, ended.Token));
        var read = new StrongBox<long>();
        var reading = Task.Run(() => ReadAsync(sender, read));

        // Others are asked for as long as it takes until the sender has been answered that much.
        for (var i = 0; i < Others || (Volatile.Read(ref read.Value) <= Greed && !sending.IsCompleted); i++)
        {
            await using var other = await RawConnection.ConnectAsync(address, patience: Patience);
            (await other.ExchangeAsync(RawRequest.Get(Targets.Instance))).ShouldNotBeNull().Status.ShouldBe(403);
        }

        sending.IsCompleted.ShouldBeFalse();
        await ended.CancelAsync();
        sender.Dispose();
        await sending;
        await reading;
        read.Value.ShouldBeGreaterThan(Greed);
    }

    private static async Task<Socket> ConnectAsync(EndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address);
        return socket;
    }

    private static async Task SendAsync(Socket socket, CancellationToken ended)
    {
        var one = RawRequest.Get(Targets.Instance).ToBytes();
        var many = Enumerable.Repeat(one, RequestsAtOnce).SelectMany(static bytes => bytes).ToArray();
        try
        {
            while (!ended.IsCancellationRequested)
            {
                await socket.SendAsync(many, ended);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException && ended.IsCancellationRequested)
        {
            // The test is done with it.
        }
    }

    // Counts the bytes of answers. They are read as fast as they come, so that nothing but the proxy slows the sender.
    private static async Task ReadAsync(Socket socket, StrongBox<long> all)
    {
        var buffer = new byte[1 << 20];
        try
        {
            while (await socket.ReceiveAsync(buffer) is > 0 and var read)
            {
                Volatile.Write(ref all.Value, all.Value + read);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
