using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ImdsProxy.Runtime;

namespace ImdsProxy.Identify;

/// <summary>
/// Asks the kernel whether an interface can belong to a single pod. Results are cached, because an index is never reused.
/// </summary>
internal sealed partial class SharedInterfaces
{
    // <net/if.h>: struct ifreq { char name[IF_NAMESIZE]; void *data; … }, 40 bytes.
    private const int RequestSize = 40;

    // <linux/sockios.h>: SIOCETHTOOL; <linux/ethtool.h>: ETHTOOL_GDRVINFO, struct ethtool_drvinfo { __u32 cmd; char driver[32]; … }.
    private const nuint EthtoolRequest = 0x8946;
    private const int GetDriver = 3;
    private const int DriverOffset = 4;
    private const int DriverInfoSize = 196;

    // The limit exceeds the number of interfaces that a node ever has. A full cache is cleared.
    private const int MaxRemembered = 4096;

    private readonly ConcurrentDictionary<int, bool> _known = new();

    /// <summary>
    /// Returns true for any interface that is not one end of a pair, such as <c>lo</c>, bridges, physical devices, VLANs
    /// and tunnels. <c>iflink</c> cannot identify a pair, because the peer is in another namespace and may have the same
    /// index there.
    /// </summary>
    public bool IsShared(int interfaceIndex)
    {
        if (_known.TryGetValue(interfaceIndex, out var shared))
        {
            return shared;
        }

        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }

        return _known[interfaceIndex] = Driver(interfaceIndex) is not ("veth" or "netkit");
    }

    // Returns null if the interface reports no driver, or no longer exists. A missing interface says nothing about its owner.
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
