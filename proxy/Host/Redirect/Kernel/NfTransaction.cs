using System.Buffers.Binary;
using ImdsProxy.Runtime.Netlink;

namespace ImdsProxy.Redirect.Kernel;

/// <summary>Changes of nf_tables that the kernel makes together or not at all (a batch of <c>linux/netfilter/nfnetlink.h</c>).</summary>
/// <param name="family">The family of the tables.</param>
internal sealed class NfTransaction(byte family)
{
    // NFNL_MSG_BATCH_BEGIN and _END. Their resource is the subsystem, NFNL_SUBSYS_NFTABLES, in network byte order.
    private const ushort BatchBegin = 16;
    private const ushort BatchEnd = 17;
    private const byte Subsystem = 10;

    // NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE and NLM_F_APPEND.
    private const ushort Request = 1;
    private const ushort Confirm = 4;
    private const ushort Create = 0x400;
    private const ushort Append = 0x800;

    private readonly List<(string What, ushort Type, ushort Flags, byte[] Attributes)> _changes = [];

    /// <summary>The number of changes.</summary>
    public int Count => _changes.Count;

    /// <summary>Creates an object. Creating an object that exists changes nothing.</summary>
    /// <param name="what">The change, for an error message: "add …".</param>
    /// <param name="type">The type of the message.</param>
    /// <param name="write">Writes the attributes.</param>
    public NfTransaction Add(string what, ushort type, Action<NetlinkWriter> write) => Change(what, type, Create | Append, write);

    /// <summary>Deletes an object, which must exist.</summary>
    /// <param name="what">The change, for an error message: "delete …".</param>
    /// <param name="type">The type of the message.</param>
    /// <param name="write">Writes the attributes.</param>
    public NfTransaction Delete(string what, ushort type, Action<NetlinkWriter> write) => Change(what, type, 0, write);

    /// <summary>The change with this number, counted from 1, in words.</summary>
    public string Describe(int number) => number >= 1 && number <= Count ? _changes[number - 1].What : "commit a transaction";

    /// <summary>The messages, with consecutive sequence numbers.</summary>
    public byte[] Bytes(uint first)
    {
        var bytes = new List<byte>();
        AddMessage(bytes, BatchBegin, Request, first, [0, 0, 0, Subsystem]);
        for (var i = 0; i < _changes.Count; i++)
        {
            var change = _changes[i];
            AddMessage(bytes, change.Type, (ushort)(Request | Confirm | change.Flags), first + 1 + (uint)i, [family, 0, 0, 0, .. change.Attributes]);
        }

        AddMessage(bytes, BatchEnd, Request, first + 1 + (uint)_changes.Count, [0, 0, 0, Subsystem]);
        return [.. bytes];
    }

    private NfTransaction Change(string what, ushort type, ushort flags, Action<NetlinkWriter> write)
    {
        var writer = new NetlinkWriter();
        write(writer);
        _changes.Add((what, type, flags, writer.Written.ToArray()));
        return this;
    }

    // Bodies consist of four bytes and aligned attributes, so that messages need no padding.
    private static void AddMessage(List<byte> bytes, ushort type, ushort flags, uint sequence, byte[] body)
    {
        Span<byte> header = stackalloc byte[NetlinkMessages.HeaderLength];
        header.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(header, header.Length + body.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], sequence);
        bytes.AddRange(header);
        bytes.AddRange(body);
    }
}
