using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ImdsProxy.FunctionalTests.Audit;
using ImdsProxy.TestKit;
using Shouldly;
using Xunit;

namespace ImdsProxy.FunctionalTests.Serve;

/// <summary>How one client affects the others on its node. Runs in a process, because only there do sockets have their own threads.</summary>
public sealed class GreedySenderTests : IDisposable
{
    private const int Others = 150;
    private const int RequestsAtOnce = 600;

    // A sender counts as greedy once it has received this many bytes of responses.
    private const long GreedyBytes = 1_000_000;

    // Beside the sender, a response takes a millisecond or two. A client without a response by then is waiting for the sender to finish.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _directory = Directory.CreateTempSubdirectory("greedy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task GreedySender_BlocksNoOtherClient()
    {
        await ServeProcess.WriteSceneAsync(_directory, """{"version":1,"mode":"enforce","rules":[]}""");
        using var proxy = await ServeProcess.StartAsync(_directory, new Uri("http://127.0.0.1:9"));
        var address = new IPEndPoint(IPAddress.Loopback, proxy.Address.Port);
        using var ended = new CancellationTokenSource();
        using var sender = await ConnectAsync(address);
        var sending = Task.Run(() => SendAsync(sender, ended.Token));
        var read = new StrongBox<long>();
        var reading = Task.Run(() => ReadAsync(sender, read));

        // The other clients send requests until the sender has received that much.
        for (var i = 0; i < Others || (Volatile.Read(ref read.Value) <= GreedyBytes && !sending.IsCompleted); i++)
        {
            await using var other = await RawConnection.ConnectAsync(address, patience: Patience);
            (await other.ExchangeAsync(RawRequest.Get(Targets.Instance))).ShouldNotBeNull().Status.ShouldBe(403);
        }

        sending.IsCompleted.ShouldBeFalse();
        await ended.CancelAsync();
        sender.Dispose();
        await sending;
        await reading;
        read.Value.ShouldBeGreaterThan(GreedyBytes);
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
            // The test has closed the connection.
        }
    }

    // Counts the bytes of responses. They are read as fast as they arrive, so that only the proxy slows the sender.
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
            // The test has closed the connection.
        }
    }
}
