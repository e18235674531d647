using System.Runtime.InteropServices;
using System.Text;

namespace ImdsProxy.Runtime;

/// <summary>
/// Ends a process that was told to end but does not, because one of its threads hangs in the kernel. If that thread waits
/// uninterruptibly (state D, for example for a hung disk), the kernel keeps the process until the wait is over.
/// </summary>
internal static partial class LastResort
{
    private const int Failed = 1;
    private const int StandardError = 2;

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

    /// <summary>
    /// Ends the process with a message, even while another thread hangs in a write to stdout. That thread holds the lock of
    /// <see cref="Console"/>, which a write to <see cref="Console.Error"/> takes too.
    /// </summary>
    /// <param name="message">The message for stderr.</param>
    /// <param name="code">The exit code.</param>
    public static void EndNow(string message, int code)
    {
        var line = Encoding.UTF8.GetBytes(message);
        _ = Write(StandardError, line, line.Length);
        ExitNow(code);
    }

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int file, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int code);
}
