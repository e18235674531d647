using System.Buffers.Binary;
using System.Text;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>The bytes of the batch that <see cref="NfTablesTrial"/> sends.</summary>
internal sealed class NfTablesBatch
{
    // linux/netfilter/nfnetlink.h and nf_tables.h.
    private const ushort BatchBegin = 0x10;
    private const ushort Subsystem = 10;
    private const ushort NewTable = Subsystem << 8;
    private const ushort NewSet = (Subsystem << 8) | 9;
    private const ushort Nested = 0x8000;
    private const uint TimeoutFlag = 0x10;

    // The number that the nft program gives to IPv4 addresses as keys. The kernel does not interpret it.
    private const uint IPv4Key = 7;

    private const ushort Request = 1;
    private const ushort Acknowledged = 4;
    private const ushort CreateFlag = 0x400;

    private const string Name = "imds-proxy-trial";

    private readonly List<byte> _bytes = [];

    public static byte[] OfTrial(uint start, uint table, uint chain, uint set)
    {
        var batch = new NfTablesBatch();
        batch.Message(BatchBegin, Request, NfTablesMessage.AnyFamily, Subsystem, start, []);
        batch.Create(NewTable, table, Text(1, Name));
        batch.Create(NfTablesMessage.NewChain, chain, [.. Text(1, Name), .. Text(3, Name), .. Attribute(4 | Nested, [.. Number(1, 0), .. Number(2, unchecked((uint)NatHook.OurPriority))]), .. Text(7, "nat")]);
        batch.Create(NewSet, set, [.. Text(1, Name), .. Text(2, Name), .. Number(3, TimeoutFlag), .. Number(4, IPv4Key), .. Number(5, sizeof(uint)), .. Number(10, 1)]);
        return [.. batch._bytes];
    }

    private void Create(ushort type, uint sequence, byte[] attributes) =>
        Message(type, Request | CreateFlag | Acknowledged, NfTablesMessage.IPv4, resource: 0, sequence, attributes);

    private void Message(ushort type, ushort flags, byte family, ushort resource, uint sequence, byte[] attributes)
    {
        Span<byte> header = stackalloc byte[NetlinkMessages.HeaderLength + NfTablesMessage.FamilyHeaderLength];
        header.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(header, header.Length + attributes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], sequence);
        header[NetlinkMessages.HeaderLength] = family;
        BinaryPrimitives.WriteUInt16BigEndian(header[(NetlinkMessages.HeaderLength + 2)..], resource);
        _bytes.AddRange(header);
        _bytes.AddRange(attributes);
    }

    private static byte[] Text(ushort type, string text) => Attribute(type, Encoding.ASCII.GetBytes(text + '\0'));

    private static byte[] Number(ushort type, uint number)
    {
        var value = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(value, number);
        return Attribute(type, value);
    }

    private static byte[] Attribute(int type, byte[] value)
    {
        var attribute = new byte[NetlinkMessages.Align(4 + value.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute.AsSpan(2), (ushort)type);
        value.CopyTo(attribute, 4);
        return attribute;
    }
}
