using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ImdsProxy.Runtime;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

[SupportedOSPlatform("linux")]
public sealed partial class FreedMemoryTests
{
    // A block with its own mapping is returned to the kernel when it is freed. By default, freeing the block of 8 MiB would
    // raise the threshold, and smaller blocks would no longer get their own mappings.
    [Fact]
    public void Return_AfterALargeBlockWasFreed_MapsSmallerBlocksSeparately()
    {
        const int number = 64;
        FreedMemory.Return();
        Marshal.FreeHGlobal(Marshal.AllocHGlobal(8 << 20));
        var before = MallInfo().MappedPieces;

        var pieces = Enumerable.Range(0, number).Select(static _ => Marshal.AllocHGlobal(1 << 20)).ToList();
        var mapped = MallInfo().MappedPieces - before;
        pieces.ForEach(Marshal.FreeHGlobal);

        // Other tests allocate too.
        ((int)mapped).ShouldBeGreaterThan(number / 2);
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial Info MallInfo();

    // struct mallinfo2 of glibc's malloc.h: ten fields of type size_t; hblks is the fourth.
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    private struct Info
    {
        [FieldOffset(24)]
        public nint MappedPieces;
    }
}
