using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>
/// Ends the process when memory runs out. A server that swallows the OutOfMemoryException of a single request or socket keeps
/// running, but half dead. A restart takes a fraction of a second, and meanwhile the redirect's rules keep pods away from IMDS.
/// </summary>
internal static unsafe class OutOfMemory
{
    private const int StandardError = 2;

    // Both functions are resolved at the start, because resolving them takes memory.
    private static delegate* unmanaged<int, byte*, nint, nint> _write;
    private static delegate* unmanaged<int, void> _exit;
    private static int _isEnding;

    private static ReadOnlySpan<byte> Line =>
        "imds-proxy: out of memory: the process ends at once, so that it is started again; see docs/memory.md for the memory that it needs\n"u8;

    /// <summary>Call this once, at the start.</summary>
    public static void EndsProcess()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var program = NativeLibrary.GetMainProgramHandle();
        _write = (delegate* unmanaged<int, byte*, nint, nint>)NativeLibrary.GetExport(program, "write");
        _exit = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(program, "_exit");
        AppDomain.CurrentDomain.FirstChanceException += static (_, thrown) =>
        {
            if (thrown.Exception is OutOfMemoryException)
            {
                End();
            }
        };
    }

    // Neither allocates memory nor runs code that might allocate: no finalizers, no handlers, no flushing. Other threads may run
    // out of memory at the same moment, so the line is written only once.
    private static void End()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) != 0)
        {
            return;
        }

        fixed (byte* line = Line)
        {
            _write(StandardError, line, Line.Length);
        }

        _exit(1);
    }
}
