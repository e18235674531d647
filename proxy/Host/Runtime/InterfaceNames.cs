using System.Runtime.InteropServices;

namespace ImdsProxy.Runtime;

/// <summary>The kernel's names of network interfaces.</summary>
internal static partial class InterfaceNames
{
    /// <summary>The size of a name in bytes, including the final zero: IF_NAMESIZE in Linux's <c>&lt;net/if.h&gt;</c>.</summary>
    public const int Size = 16;

    /// <summary>The name of an interface, or null if the interface is gone or unknown.</summary>
    public static unsafe string? Of(int index)
    {
        var name = stackalloc byte[Size];
        return TryWrite(index, name) ? Marshal.PtrToStringUTF8((nint)name) : null;
    }

    /// <summary>Writes the name of an interface into <see cref="Size"/> bytes. Returns false if the interface is gone or unknown.</summary>
    public static unsafe bool TryWrite(int index, byte* name) => index > 0 && IfIndexToName((uint)index, name) != null;

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial byte* IfIndexToName(uint index, byte* name);
}
