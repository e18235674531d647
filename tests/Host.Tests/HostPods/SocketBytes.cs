using System.Buffers.Binary;
using System.Net;
using ImdsProxy.Host.Tests.Redirect;

namespace ImdsProxy.Host.Tests.HostPods;

/// <summary>Builds answers about sockets as the kernel sends them.</summary>
internal static class SocketBytes
{
    public static readonly IPEndPoint Client = new(IPAddress.Parse("10.0.0.4"), 40132);
    public static readonly IPEndPoint Imds = new(IPAddress.Parse("169.254.169.254"), 80);

    public static byte[] Answer(uint sequence, params byte[][] attributes) => AnswerWith(sequence, Message(), attributes);

    public static byte[] AnswerWith(uint sequence, byte[] message, params byte[][] attributes) =>
        NetlinkBytes.Message(20, sequence, [.. message, .. attributes.SelectMany(static attribute => attribute)]);

    public static byte[] Cgroup(ulong id)
    {
        var value = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(value, id);
        return NetlinkBytes.Attribute(21, value);
    }

    /// <summary>tcp_info of Linux 6, of which only one number counts.</summary>
    public static byte[] Info(uint age, int length = 280)
    {
        var value = new byte[length];
        if (length >= 56)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(52), age);
        }

        return NetlinkBytes.Attribute(2, value);
    }

    /// <summary>struct inet_diag_msg.</summary>
    public static byte[] Message(byte family = 2, byte state = 1, IPEndPoint? local = null, IPEndPoint? remote = null)
    {
        var message = new byte[72];
        (message[0], message[1]) = (family, state);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), (ushort)(local ?? Client).Port);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), (ushort)(remote ?? Imds).Port);
        (local ?? Client).Address.TryWriteBytes(message.AsSpan(8), out _);
        (remote ?? Imds).Address.TryWriteBytes(message.AsSpan(24), out _);
        return message;
    }

    /// <summary>The message of an IPv6 socket with IPv4 addresses, as Java and .NET use it.</summary>
    public static byte[] Mapped(IPAddress? local = null, IPAddress? remote = null) => Message(
        family: 10, local: new IPEndPoint((local ?? Client.Address).MapToIPv6(), Client.Port), remote: new IPEndPoint((remote ?? Imds.Address).MapToIPv6(), Imds.Port));
}
