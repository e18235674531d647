using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.LoadTests.Upstream;

/// <summary>
/// <c>imds-stub IP:PORT</c>: the lightest server that answers like IMDS, so that the peers dominate the measurement. The
/// product's own <c>fake-imds</c> checks everything that IMDS checks and costs as much as the peers. Runs as a separate
/// process.
/// </summary>
internal sealed class ImdsStub
{
    private readonly StubAnswers _answers = new(TimeProvider.System.GetUtcNow());
    private long _asked;
    private int _latency;

    /// <summary>The delay before each response, in ms.</summary>
    public int Latency => Volatile.Read(ref _latency);

    public static async Task<int> RunAsync(string[] args)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(IPEndPoint.Parse(args[0]));
        listener.Listen(4096);
        var stub = new ImdsStub();
        while (true)
        {
            var socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            new StubConnection(stub, socket).Start();
        }
    }

    /// <summary>Returns the response to a request. Requests for control paths are not counted.</summary>
    public byte[] Answer(in StubRequest request)
    {
        if (request.IsCount)
        {
            return StubAnswers.Number(Interlocked.Read(ref _asked));
        }

        if (request.IsLatency)
        {
            Volatile.Write(ref _latency, request.Milliseconds);
            return StubAnswers.Number(request.Milliseconds);
        }

        Interlocked.Increment(ref _asked);
        return _answers.Of(request.IsToken, request.WantsClose);
    }
}
