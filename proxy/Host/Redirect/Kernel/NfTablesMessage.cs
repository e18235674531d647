using System.Buffers.Binary;
using System.Text;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Constants of <c>linux/netfilter/nf_tables.h</c>, and the requests built from them.</summary>
internal static class NfTablesMessage
{
    public const ushort NewTable = Subsystem | 0;
    public const ushort DeleteTable = Subsystem | 2;
    public const ushort NewChain = Subsystem | 3;
    public const ushort GetChain = Subsystem | 4;
    public const ushort NewRule = Subsystem | 6;
    public const ushort GetRule = Subsystem | 7;
    public const ushort NewSet = Subsystem | 9;
    public const ushort NewElement = Subsystem | 12;
    public const ushort GetElement = Subsystem | 13;
    public const ushort DeleteElement = Subsystem | 14;
    public const ushort NewGeneration = Subsystem | 15;
    public const ushort GetGeneration = Subsystem | 16;

    /// <summary>The length of struct nfgenmsg (family, version, resource), which precedes the attributes.</summary>
    public const int FamilyHeaderLength = 4;

    public const byte AnyFamily = 0;
    public const byte Inet = 1;
    public const byte IPv4 = 2;

    // NFNL_SUBSYS_NFTABLES << 8.
    private const ushort Subsystem = 10 << 8;

    private const ushort RequestFlag = 1;

    // NLM_F_ROOT | NLM_F_MATCH: all objects, not a single object by name.
    private const ushort Dump = 0x300;

    private const int AttributeHeaderLength = 4;

    /// <summary>A request. The texts become attributes, numbered from 1.</summary>
    public static byte[] Request(ushort type, byte family, uint sequence, bool dump, params ReadOnlySpan<string> texts)
    {
        var message = new List<byte>(new byte[NetlinkMessages.HeaderLength]) { family, 0, 0, 0 };
        for (var i = 0; i < texts.Length; i++)
        {
            Append(message, (ushort)(i + 1), texts[i]);
        }

        var bytes = message.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), dump ? (ushort)(RequestFlag | Dump) : RequestFlag);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), sequence);
        return bytes;
    }

    private static void Append(List<byte> message, ushort type, string text)
    {
        Span<byte> header = stackalloc byte[AttributeHeaderLength];
        var value = Encoding.ASCII.GetBytes(text + '\0');
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)(AttributeHeaderLength + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], type);
        message.AddRange(header);
        message.AddRange(value);
        message.AddRange(new byte[NetlinkMessages.Align(value.Length) - value.Length]);
    }
}
