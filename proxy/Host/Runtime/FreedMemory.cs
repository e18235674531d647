using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>
/// Has the C library give large pieces back to the kernel when they are freed. By itself it raises its bounds to the largest
/// piece that was ever freed, and each of its arenas, of which there are many, keeps up to twice that: compressing
/// segments, on any thread of the pool, made 20 MB of that in some million requests. See mallopt(3).
/// </summary>
internal static partial class FreedMemory
{
    // malloc.h of glibc, and the values that it begins with. Naming them is what keeps them from growing.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int Bytes = 128 << 10;

    /// <summary>To be called before much has been allocated. Does nothing where the C library has no such bounds, as musl.</summary>
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
            // Not glibc.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);
}
