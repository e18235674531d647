using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>
/// Ends a process that was told to end and does not, because one of its threads hangs in the kernel. Where a thread waits
/// uninterruptibly (state D, as for a disk that hangs), the kernel keeps the process until that wait is over.
/// </summary>
internal static partial class LastResort
{
    private const int Failed = 1;

    /// <summary>Ends the process once it has been asked to and so much time has passed.</summary>
    public static void Arm(TimeSpan patience, CancellationToken asked) => asked.Register(() =>
        new Thread(() =>
        {
            using var ended = new ManualResetEventSlim();
            ended.Wait(patience);

            // Not exit(3): its handlers may wait for the same thing.
            ExitNow(Failed);
        })
        {
            IsBackground = true,
            Name = "last-resort",
        }.Start());

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int code);
}
