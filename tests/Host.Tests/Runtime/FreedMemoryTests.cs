using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ImdsProxy.Runtime;
using Shouldly;
using Xunit;

namespace ImdsProxy.Host.Tests.Runtime;

[SupportedOSPlatform("linux")]
public sealed partial class FreedMemoryTests
{
    // A piece that is mapped for itself goes back to the kernel when it is freed. The one of 8 MiB would end that for all
    // smaller ones.
    [Fact]
    public void Return_AfterALargePieceWasFreed_MapsSmallerOnesForThemselves()
    {
        const int number = 64;
        FreedMemory.Return();
        Marshal.FreeHGlobal(Marshal.AllocHGlobal(8 << 20));
        var before = MallInfo().MappedPieces;

        var pieces = Enumerable.Range(0, number).Select(static _ => Marshal.AllocHGlobal(1 << 20)).ToList();
        var mapped = MallInfo().MappedPieces - before;
        pieces.ForEach(Marshal.FreeHGlobal);

        // Other tests allocate, too.
        ((int)mapped).ShouldBeGreaterThan(number / 2);
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial Info MallInfo();

    // struct mallinfo2 of glibc's malloc.h: ten of size_t, of which hblks is the fourth.
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    private struct Info
    {
        [FieldOffset(24)]
        public nint MappedPieces;
    }
}
