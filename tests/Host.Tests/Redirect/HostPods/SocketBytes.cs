using System.Buffers.Binary;
using System.Net;
using static ImdsProxy.Host.Tests.Redirect.NetlinkBytes;

namespace ImdsProxy.Host.Tests.Redirect.HostPods;

/// <summary>Sockets as the kernel lists them.</summary>
internal static class SocketBytes
{
    public const byte Established = 1;
    public const byte SynSent = 2;
    public const byte Listening = 10;

    /// <summary>One socket of a list (<c>struct inet_diag_msg</c> and its cgroup).</summary>
    public static byte[] Socket(byte state, string local, string remote, uint uid, ulong cgroup, bool mapped = false)
    {
        var body = new byte[72];
        (body[0], body[1]) = ((byte)(mapped ? 10 : 2), state);
        Write(IPEndPoint.Parse(local), 4, 8);
        Write(IPEndPoint.Parse(remote), 6, 24);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(64), uid);
        return [.. body, .. Attribute(1, 0), .. Attribute(21, BitConverter.GetBytes(cgroup))];

        void Write(IPEndPoint end, int port, int address)
        {
            BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(port), (ushort)end.Port);
            (mapped ? end.Address.MapToIPv6() : end.Address).GetAddressBytes().CopyTo(body, address);
        }
    }
}
