using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ImdsProxy.Identify;

/// <summary>Tells from sysfs whether an interface can belong to one pod alone, and remembers it: the kernel never reuses an index.</summary>
internal sealed partial class SharedInterfaces
{
    // if_indextoname(3): IF_NAMESIZE.
    private const int NameSize = 16;

    // More interfaces than a node ever has; past it the memory begins anew.
    private const int MostRemembered = 4096;

    private readonly ConcurrentDictionary<int, bool> _known = new();

    /// <summary>
    /// True for <c>lo</c>, bridges, physical devices, and whatever is not one end of a pair: a pod's own veth has a
    /// peer in another place, so its <c>iflink</c> is not its own index.
    /// </summary>
    public bool IsShared(int interfaceIndex)
    {
        if (_known.TryGetValue(interfaceIndex, out var shared))
        {
            return shared;
        }

        if (_known.Count >= MostRemembered)
        {
            _known.Clear();
        }

        return _known[interfaceIndex] = Look(interfaceIndex);
    }

    private static unsafe bool Look(int interfaceIndex)
    {
        var name = stackalloc byte[NameSize];
        if (IndexToName((uint)interfaceIndex, name) == 0)
        {
            // Gone already: it says nothing of who had it.
            return true;
        }

        var directory = "/sys/class/net/" + Marshal.PtrToStringUTF8((nint)name);
        return Link(directory) == interfaceIndex || Directory.Exists(directory + "/bridge") || Directory.Exists(directory + "/device");
    }

    private static int Link(string directory)
    {
        try
        {
            return int.Parse(File.ReadAllText(directory + "/iflink").Trim(), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint IndexToName(uint index, byte* name);
}
