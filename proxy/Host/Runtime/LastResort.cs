using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>
/// Ends a process that was told to end but does not, because one of its threads hangs in the kernel. If that thread waits
/// uninterruptibly (state D, for example for a hung disk), the kernel keeps the process until the wait is over.
/// </summary>
internal static partial class LastResort
{
    private const int Failed = 1;

    /// <summary>Ends the process if it is still running when <paramref name="patience"/> has passed since it was told to end.</summary>
    public static void Arm(TimeSpan patience, CancellationToken asked) => asked.Register(() =>
        new Thread(() =>
        {
            using var ended = new ManualResetEventSlim();
            ended.Wait(patience);

            // exit(3) is not used, because its handlers may wait for the same resource.
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
