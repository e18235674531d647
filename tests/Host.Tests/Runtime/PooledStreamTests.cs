using ImdsProxy.Runtime;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

public sealed class PooledStreamTests
{
    [Fact]
    public async Task ReadAsync_CompletedByAnotherThread_ContinuesOnThePool()
    {
        var bytes = new TaskCompletionSource<int>();
        await using var stream = new PooledStream(new ThreadedStream(bytes.Task));
        var reading = ReadAsync(stream);

        // Like a socket's own thread: it completes the read and would run the continuation.
        var socket = new Thread(() => bytes.SetResult(3)) { IsBackground = true };
        socket.Start();
        var (read, thread) = await reading.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);

        read.ShouldBe(3);
        thread.ShouldNotBe(socket.ManagedThreadId);
    }

    private static async Task<(int Read, int Thread)> ReadAsync(PooledStream stream)
    {
        var read = await stream.ReadAsync(new byte[8].AsMemory()).ConfigureAwait(false);
        return (read, Environment.CurrentManagedThreadId);
    }

    private sealed class ThreadedStream(Task<int> bytes) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(bytes);
    }
}
