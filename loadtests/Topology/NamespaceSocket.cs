using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ImdsProxy.LoadTests.Topology;

/// <summary>
/// Opens sockets of this process in another network namespace. A socket stays in the namespace its thread was in when it
/// was created.
/// </summary>
internal static partial class NamespaceSocket
{
    // <sched.h>
    private const int NewNetwork = 0x40000000;

    /// <summary>Opens a TCP socket in a namespace.</summary>
    /// <exception cref="IOException">The namespace does not exist, or this process is not root.</exception>
    public static Task<Socket> OpenAsync(NetworkSpace space) =>
        // A dedicated thread, which ends afterwards, because the pool's threads must not change their namespace.
        Task.Factory.StartNew(() => Open(space), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Socket Open(NetworkSpace space)
    {
        using var handle = File.OpenHandle($"/run/netns/{space.Name}", share: FileShare.ReadWrite);
        return Enter((int)handle.DangerousGetHandle(), NewNetwork) == 0
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : throw new IOException($"setns {space.Name}: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Enter(int descriptor, int kind);
}
