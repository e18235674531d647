using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImdsProxy.Runtime;

/// <summary>
/// Wakes one thread through an eventfd(2). The framework's own signals take two to three times as much processor time, which
/// matters where each request wakes a thread (docs/performance.md).
/// </summary>
internal sealed partial class ThreadSignal
{
    // linux/eventfd.h, the same on amd64 and arm64.
    private const int CloseOnExec = 0x80000;

    private readonly SafeFileHandle _event;

    public ThreadSignal()
    {
        _event = Create(0, CloseOnExec);
        if (_event.IsInvalid)
        {
            throw new IOException($"an eventfd can't be created: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Wakes the waiting thread, or the next thread that waits.</summary>
    public void Set()
    {
        var one = 1UL;
        _ = Write(_event, ref one, sizeof(ulong));
    }

    /// <summary>Waits for the signal. May return early, so the caller must check its condition again.</summary>
    public void Wait() => _ = Read(_event, out _, sizeof(ulong));

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Create(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(SafeFileHandle descriptor, out ulong value, nint length);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(SafeFileHandle descriptor, ref ulong value, nint length);
}
