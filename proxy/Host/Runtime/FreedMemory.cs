using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>
/// Makes the C library return large blocks to the kernel when they are freed. By default the library raises its thresholds to the
/// size of the largest block ever freed, and each of its many arenas then keeps up to twice that size. Within a few million
/// requests, compressing segments on the thread pool kept 20 MB this way. See mallopt(3).
/// </summary>
internal static partial class FreedMemory
{
    // malloc.h of glibc, with the default values. Setting them explicitly keeps them from growing.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int Bytes = 128 << 10;

    /// <summary>Call this before much memory is allocated. Does nothing if the C library has no such thresholds, as musl does not.</summary>
    public static void Return()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = Mallopt(MmapThreshold, Bytes);
            _ = Mallopt(TrimThreshold, Bytes);
        }
        catch (EntryPointNotFoundException)
        {
            // The C library is not glibc.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);
}
