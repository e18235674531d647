using System.Globalization;

namespace ImdsProxy.Runtime;

/// <summary>
/// Lets the thread that hears of a socket's event go on with what waited for it, in place of waking another. Halves what a
/// request costs (docs/decisions/0015). The price: whatever takes long must not run on these threads, see
/// <see cref="PooledStream"/>.
/// </summary>
internal static class InlineSockets
{
    // Two at least, so that a thread that waits for a disk does not keep the management from answering; no more than a
    // node's requests ever keep busy, because each has its own stack and buffers.
    private const int FewestThreads = 2;
    private const int MostThreads = 8;

    // System.Net.Sockets' SocketAsyncEngine reads both once, when the process first waits for a socket.
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>To be called before the process opens a socket. What the environment says already stays.</summary>
    public static void Use()
    {
        Set(Inline, "1");
        Set(Threads, Math.Clamp(Environment.ProcessorCount, FewestThreads, MostThreads).ToString(CultureInfo.InvariantCulture));
    }

    private static void Set(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
