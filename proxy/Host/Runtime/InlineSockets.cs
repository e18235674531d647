using System.Globalization;

namespace ImdsProxy.Runtime;

/// <summary>
/// Makes the thread that receives a socket's event run the continuation itself instead of waking another thread. This halves the
/// cost of a request (docs/decisions/0015). The price is that long work must not run on these threads; see
/// <see cref="PooledStream"/>.
/// </summary>
internal static class InlineSockets
{
    // At least two threads, so that the management listener answers while one thread waits for a disk. No more threads than a
    // node's requests can keep busy, because each thread has its own stack and buffers.
    private const int MinThreads = 2;
    private const int MaxThreads = 8;

    // SocketAsyncEngine of System.Net.Sockets reads both variables once, when the process first waits for a socket.
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>Call this before the process opens a socket. Does not override values set in the environment.</summary>
    public static void Use()
    {
        Set(Inline, "1");
        Set(Threads, Math.Clamp(Environment.ProcessorCount, MinThreads, MaxThreads).ToString(CultureInfo.InvariantCulture));
    }

    private static void Set(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
