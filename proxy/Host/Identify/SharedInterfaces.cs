using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImdsProxy.Runtime;

namespace ImdsProxy.Identify;

/// <summary>Tells from the kernel whether an interface can belong to one pod alone, and remembers it: an index is never reused.</summary>
internal sealed partial class SharedInterfaces
{
    // <net/if.h>: struct ifreq { char name[IF_NAMESIZE]; void *data; … }, 40 bytes.
    private const int RequestSize = 40;

    // <linux/sockios.h>: SIOCETHTOOL; <linux/ethtool.h>: ETHTOOL_GDRVINFO, struct ethtool_drvinfo { __u32 cmd; char driver[32]; … }.
    private const nuint EthtoolRequest = 0x8946;
    private const int GetDriver = 3;
    private const int DriverOffset = 4;
    private const int DriverInfoSize = 196;

    // More interfaces than a node ever has; past it the memory begins anew.
    private const int MostRemembered = 4096;

    private readonly ConcurrentDictionary<int, bool> _known = new();

    /// <summary>
    /// True for whatever is not one end of a pair (<c>lo</c>, bridges, physical devices, VLANs, tunnels). That end's
    /// <c>iflink</c> does not tell it: the peer is in another namespace, where it may have the very same index.
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

        return _known[interfaceIndex] = Driver(interfaceIndex) is not ("veth" or "netkit");
    }

    // Null for what is gone already, which says nothing of who had it, and for what has no driver to tell.
    private static unsafe string? Driver(int interfaceIndex)
    {
        var request = stackalloc byte[RequestSize];
        var info = stackalloc byte[DriverInfoSize];
        new Span<byte>(request, RequestSize).Clear();
        new Span<byte>(info, DriverInfoSize).Clear();
        if (!InterfaceNames.TryWrite(interfaceIndex, request))
        {
            return null;
        }

        *(int*)info = GetDriver;
        *(nint*)(request + InterfaceNames.Size) = (nint)info;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        return Control((int)socket.Handle, EthtoolRequest, request) == 0 ? Marshal.PtrToStringUTF8((nint)(info + DriverOffset)) : null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Control(int descriptor, nuint request, byte* argument);
}
