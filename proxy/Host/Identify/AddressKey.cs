using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ImdsProxy.Identify;

/// <summary>An address as a number. IPv4 addresses are represented as IPv4-mapped IPv6 addresses.</summary>
internal static class AddressKey
{
    /// <summary>Returns the key of an address without allocating.</summary>
    public static UInt128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes, out _);
            return ((UInt128)0xffff << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
