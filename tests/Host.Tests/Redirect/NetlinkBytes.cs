using System.Buffers.Binary;
using System.Text;
using ImdsProxy.Redirect.Kernel;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Host.Tests.Redirect;

/// <summary>Builds netlink messages as the kernel sends them.</summary>
internal static class NetlinkBytes
{
    public static byte[] Message(ushort type, uint sequence, byte[] body, ushort flags = 2)
    {
        var message = new byte[NetlinkMessages.Align(NetlinkMessages.HeaderLength + body.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(message, NetlinkMessages.HeaderLength + body.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), sequence);
        body.CopyTo(message, NetlinkMessages.HeaderLength);
        return message;
    }

    public static byte[] Done(uint sequence) => Message(3, sequence, new byte[4]);

    public static byte[] Family(byte family, params byte[][] attributes) => [family, 0, 0, 0, .. attributes.SelectMany(a => a)];

    public static byte[] Attribute(int type, params byte[] value)
    {
        var attribute = new byte[NetlinkMessages.Align(4 + value.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute.AsSpan(2), (ushort)type);
        value.CopyTo(attribute, 4);
        return attribute;
    }

    public static byte[] Text(int type, string text) => Attribute(type, Encoding.ASCII.GetBytes(text + '\0'));

    public static byte[] Number(int type, int number)
    {
        var value = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(value, number);
        return Attribute(type, value);
    }

    public static byte[] Nested(int type, params byte[][] attributes) => Attribute(type | 0x8000, [.. attributes.SelectMany(a => a)]);

    /// <summary>A rule with a match, a packet counter, and the chain it jumps to.</summary>
    public static byte[] Rule(string compares, int packets, string? jump) => Family(
        NfTablesMessage.IPv4,
        Text(1, "mangle"),
        Nested(
            4,
            Nested(1, Text(1, "match"), Nested(2, Text(1, compares))),
            Nested(1, Text(1, "counter"), Nested(2, Number(1, packets))),
            Nested(1, Text(1, "immediate"), Nested(2, Number(1, 0), Nested(2, Nested(2, [Number(1, jump is null ? 0 : -3), .. jump is null ? Array.Empty<byte[]>() : [Text(2, jump)]]))))));

    public static byte[] Chain(byte family, string table, string name, string? type, int hook, int priority) => Family(
        family, [Text(1, table), Text(3, name), .. type is null ? Array.Empty<byte[]>() : [Nested(4, Number(1, hook), Number(2, priority)), Text(7, type)]]);
}
